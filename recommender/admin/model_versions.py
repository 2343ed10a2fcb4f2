"""Model versions: compare figures, activate, roll back, reject, download the manifest."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from recommender.admin import compare_lists, job_words, version_figures
from recommender.admin.dot_chart import METRICS, charts
from recommender.admin.job_progress import moment, pill
from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models import ModelVersion
from recommender.services.versions import lifecycle

MAX_COMPARED = 12
FIGURES = ("rank_agreement", "rmse", "ndcg_10", "recall_20", "regret_10")
State = ModelVersion.State


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """The list of model versions, the page of one, and several side by side."""

    list_display = ("__str__", "state_pill", *FIGURES, "size", "created")
    list_filter = ("state", "kind", "algorithm")
    ordering = ("algorithm", "-created_at")
    sortable_by = ("__str__", "size", "created")
    show_facets = admin.ShowFacets.NEVER
    actions = ("compare", "compare_lists")
    fieldsets = (
        (None, {"fields": ("label", "state_pill", "sentence", "size", "job", "created", "activated")}),
        (
            "What it was made of",
            {"fields": ("recipe", "seed", "threads", "data_fingerprint", "code_version", "artifact_sha256")},
        ),
    )
    readonly_fields = (
        "label", "state_pill", "sentence", "size", "job", "created", "activated",
        "recipe", "seed", "threads", "data_fingerprint", "code_version", "artifact_sha256",
    )  # fmt: skip

    @admin.display(description="state")
    def state_pill(self, version: ModelVersion) -> str:
        """Return the state."""
        return pill(version.state, version.get_state_display())

    @admin.display(description="algorithm")
    def label(self, version: ModelVersion) -> str:
        """Return the algorithm's label and name."""
        # Imported only when a version is shown, because it imports numerical libraries.
        from recommender.engine.algorithms.registry import ALGORITHMS

        if version.kind != ModelVersion.Kind.MODEL:
            return version.get_kind_display()
        known = ALGORITHMS.get(version.algorithm)
        return f"{known.label} ({version.algorithm})" if known else version.algorithm

    @admin.display(description="parameters")
    def recipe(self, version: ModelVersion) -> str:
        """Return the hyper-parameters."""
        return job_words.pairs(version.parameters) or "none"

    @admin.display(description="threads")
    def threads(self, version: ModelVersion) -> int:
        """Return the number of threads, on which the artifact's bytes depend."""
        return version.n_threads

    @admin.display(description="rank agreement")
    def rank_agreement(self, version: ModelVersion) -> str:
        """Return the figure with its interval."""
        return version_figures.in_a_list(version.metrics.get("rank_agreement"))

    @admin.display(description="RMSE")
    def rmse(self, version: ModelVersion) -> str:
        """Return the figure with its interval."""
        return version_figures.in_a_list(version.metrics.get("rmse"))

    @admin.display(description="nDCG@10")
    def ndcg_10(self, version: ModelVersion) -> str:
        """Return the figure with its interval."""
        return version_figures.in_a_list(version.metrics.get("ndcg_10"))

    @admin.display(description="recall@20")
    def recall_20(self, version: ModelVersion) -> str:
        """Return the figure with its interval."""
        return version_figures.in_a_list(version.metrics.get("recall_20"))

    @admin.display(description="regret@10")
    def regret_10(self, version: ModelVersion) -> str:
        """Return the figure with its interval."""
        return version_figures.in_a_list(version.metrics.get("regret_10"))

    @admin.display(description="size", ordering="artifact_size")
    def size(self, version: ModelVersion) -> str:
        """Return the size of the artifact, or when it was removed."""
        removed_at = version.artifact_removed_at
        return f"removed {moment(removed_at)}" if removed_at else filesizeformat(version.artifact_size)

    @admin.display(description="why")
    def sentence(self, version: ModelVersion) -> str:
        """Return the reason given by the gate or an admin."""
        return version_figures.sentence(version) or "–"

    @admin.display(description="created", ordering="created_at")
    def created(self, version: ModelVersion) -> str:
        """Return when it was created."""
        return moment(version.created_at)

    @admin.display(description="activated")
    def activated(self, version: ModelVersion) -> str:
        """Return when it was last activated."""
        return moment(version.activated_at)

    def get_urls(self) -> list[URLPattern]:
        """Add the URLs that compare, activate, roll back and reject versions."""
        own = self.admin_site.admin_view
        name = "recommender_modelversion_"
        return [
            path("compare/", own(require_GET(self.compare_view)), name=name + "compare"),
            path("lists/", own(require_GET(self.lists_view)), name=name + "lists"),
            path("<int:version_id>/manifest/", own(require_GET(self.manifest)), name=name + "manifest"),
            path("<int:version_id>/activate/", own(require_POST(self.activate)), name=name + "activate"),
            path("<int:version_id>/roll-back/", own(require_POST(self.roll_back)), name=name + "roll_back"),
            path("<int:version_id>/reject/", own(require_POST(self.reject)), name=name + "reject"),
            *super().get_urls(),
        ]

    @admin.action(description="Compare the figures of the selected versions", permissions=["view"])
    def compare(self, request: HttpRequest, chosen: QuerySet[ModelVersion]) -> HttpResponse | None:
        """Redirect to the versions side by side."""
        ids = [str(version_id) for version_id in chosen.values_list("pk", flat=True)[:MAX_COMPARED]]
        if len(ids) < 2:
            self.message_user(request, "Choose at least two versions to compare.", messages.WARNING)
            return None
        address = reverse("admin:recommender_modelversion_compare")
        return HttpResponseRedirect(f"{address}?ids={','.join(ids)}")

    @admin.action(description="Compare the lists of two selected versions", permissions=["view"])
    def compare_lists(self, request: HttpRequest, chosen: QuerySet[ModelVersion]) -> HttpResponse | None:
        """Redirect to the page that shows a rater's list under both."""
        ids = list(chosen.values_list("pk", flat=True)[:3])
        if len(ids) != 2:
            self.message_user(request, "Choose two versions to compare their lists.", messages.WARNING)
            return None
        address = reverse("admin:recommender_modelversion_lists")
        return HttpResponseRedirect(f"{address}?a={ids[0]}&b={ids[1]}")

    def lists_view(self, request: HttpRequest) -> HttpResponse:
        """Show a rater's list under two versions."""
        return compare_lists.view(request, site=self.admin_site)

    def compare_view(self, request: HttpRequest) -> HttpResponse:
        """Show some versions side by side."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        ids = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdecimal() and len(text) < 19]
        versions = list(ModelVersion.objects.side_by_side(ids[:MAX_COMPARED]))
        table = [
            (metric.heading, [version_figures.words(version.metrics.get(metric.name)) for version in versions])
            for metric in METRICS
        ]
        table.append(("Measured on", [version_figures.measured(version.metrics) for version in versions]))
        for name in dict.fromkeys(name for version in versions for name in version.parameters):
            values = [job_words.value(version.parameters.get(name, "–")) for version in versions]
            table.append((job_words.name(name).capitalize(), values))
        context = self.admin_site.each_context(request) | {
            "title": "Versions side by side",
            "versions": versions,
            "table": table,
            "charts": charts((str(version), version.metrics) for version in versions),
        }
        return TemplateResponse(request, "admin/recommender/modelversion/compare.html", context)

    def manifest(self, request: HttpRequest, version_id: int) -> JsonResponse:
        """Download the manifest."""
        version = get_object_or_404(ModelVersion, pk=version_id)
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        answer = JsonResponse(lifecycle.manifest(version=version), json_dumps_params={"indent": 2})
        answer["Content-Disposition"] = f'attachment; filename="{version.algorithm}-{version.pk}.json"'
        return answer

    def activate(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Activate a version; a rejected one only after confirmation."""
        version = self._controlled(request, version_id)
        if version.state == State.REJECTED and "confirmed" not in request.POST:
            context = self.admin_site.each_context(request) | {"title": "Override the rejection?", "version": version}
            context["sentence"] = version_figures.sentence(version)
            return TemplateResponse(request, "admin/recommender/modelversion/override.html", context)
        return self._apply(request, version, lambda by: lifecycle.activate(version=version, by=by), "is in service.")

    def roll_back(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Put the previous version back in service."""
        version = self._controlled(request, version_id)
        if version.state != State.ACTIVE:
            self.message_user(request, f"{version} is no longer in service.", messages.ERROR)
            return self._to(version)

        def back(by: User | None) -> ModelVersion:
            return lifecycle.roll_back(algorithm=version.algorithm, by=by)

        return self._apply(request, version, back, "is in service.")

    def reject(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Keep a version out of service."""
        version = self._controlled(request, version_id)
        return self._apply(request, version, lambda by: lifecycle.reject(version=version, by=by), "is rejected.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        """Add charts and buttons to the fields."""
        version: ModelVersion = context["original"]
        context |= {
            "charts": version_figures.of_version(version),
            "may_activate": self.has_activate_permission(request),
            "measured": version_figures.measured(version.metrics),
            "lists_address": self._lists_address(version),
            "is_active": version.state == State.ACTIVE,
            "is_rejected": version.state == State.REJECTED,
        }
        return super().render_change_form(request, context, *args, **more)

    @staticmethod
    def _lists_address(version: ModelVersion) -> str:
        """Return the URL that compares its lists with those of the active version, empty if it has none."""
        active = ModelVersion.objects.active().filter(algorithm=version.algorithm).first()
        if version.kind != ModelVersion.Kind.MODEL or version.artifact_removed_at is not None:
            return ""
        address = reverse("admin:recommender_modelversion_lists")
        return f"{address}?a={active.pk if active else version.pk}&b={version.pk}"

    def has_activate_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may activate, roll back and reject versions."""
        return bool(request.user.has_perm("recommender.change_modelversion"))

    def _controlled(self, request: HttpRequest, version_id: int) -> ModelVersion:
        if not self.has_activate_permission(request):
            raise PermissionDenied
        return get_object_or_404(ModelVersion, pk=version_id)

    def _apply(
        self, request: HttpRequest, version: ModelVersion, verb: Callable[[User | None], ModelVersion], done: str
    ) -> HttpResponse:
        try:
            changed = verb(request.user if isinstance(request.user, User) else None)
        except (lifecycle.NotActivatable, lifecycle.NothingToRollBackTo) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"{changed} {done}", messages.SUCCESS)
        return self._to(version)

    @staticmethod
    def _to(version: ModelVersion) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:recommender_modelversion_change", args=[version.pk]))
