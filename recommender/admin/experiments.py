"""Experiments: start one, watch the wins, stop it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from recommender.admin.job_progress import moment, pill
from recommender.admin.read_only import ReadOnlyAdmin
from recommender.admin.win_chart import WinChart
from recommender.models import Experiment, ModelVersion
from recommender.services.experiments import experiments


class StartForm(forms.ModelForm):
    """The two versions and the share of users."""

    share = forms.FloatField(
        label="Share of members",
        initial=0.5,
        help_text="0.5 means half of those who agreed to take part; 1 means all of them.",
    )

    class Meta:
        model = Experiment
        fields = ("version_a", "version_b", "share")
        labels = {"version_a": "Version A (baseline)", "version_b": "Version B (challenger)"}
        help_texts = {
            "version_a": "Lists of its algorithm take part; their stars and reasons come from this version.",
            "version_b": "Takes turns with version A in picking movies; users cannot tell which version picked one.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ranking = ModelVersion.objects.stored().ranking().exclude(state=ModelVersion.State.REJECTED)
        for name in ("version_a", "version_b"):
            if name in self.fields:
                self.fields[name].label_from_instance = _with_state  # type: ignore[attr-defined]
                self.fields[name].queryset = ranking.order_by("-created_at")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Report why such an experiment cannot be started."""
        chosen: dict[str, Any] = {name: self.cleaned_data.get(name) for name in self.Meta.fields}
        if None not in chosen.values():
            try:
                experiments.check(**chosen)
            except experiments.InvalidExperiment as error:
                raise forms.ValidationError(str(error)) from error
        return self.cleaned_data


@admin.register(Experiment)
class ExperimentAdmin(ReadOnlyAdmin):
    """The list of experiments, and the page of one."""

    form = StartForm
    list_display = ("__str__", "state", "of_members", "started", "ended", "started_by")
    list_select_related = ("version_a", "version_b", "started_by")
    actions = ("stop",)
    sortable_by = ()
    change_form_template = "admin/recommender/experiment.html"

    class Media:
        css = {"all": ("css/experiments.css",)}

    def get_fields(self, request: HttpRequest, obj: Experiment | None = None) -> tuple[str, ...]:
        """Return the fields of the form, or those of an existing experiment."""
        if obj is None:
            return ("version_a", "version_b", "share")
        return ("state", "a", "b", "of_members", "started", "ended", "started_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Experiment | None = None) -> tuple[str, ...]:
        """Return all fields of an existing experiment: it cannot be edited."""
        return () if obj is None else self.get_fields(request, obj)

    @admin.display(description="state")
    def state(self, experiment: Experiment) -> str:
        """Return whether it is running."""
        return pill("ended", "Ended") if experiment.ended_at else pill("running", "Running")

    @admin.display(description="version A (baseline)")
    def a(self, experiment: Experiment) -> str:
        """Return version A."""
        return _link(experiment.version_a)

    @admin.display(description="version B (challenger)")
    def b(self, experiment: Experiment) -> str:
        """Return version B."""
        return _link(experiment.version_b)

    @admin.display(description="share of members")
    def of_members(self, experiment: Experiment) -> str:
        """Return the share."""
        return f"{experiment.share:.0%} of those who agreed"

    @admin.display(description="started")
    def started(self, experiment: Experiment) -> str:
        """Return when it began."""
        return moment(experiment.started_at)

    @admin.display(description="ended")
    def ended(self, experiment: Experiment) -> str:
        """Return when it ended."""
        return moment(experiment.ended_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may start experiments."""
        return bool(request.user.has_perm("recommender.add_experiment"))

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may stop experiments."""
        return bool(request.user.has_perm("recommender.change_experiment"))

    def save_model(self, request: HttpRequest, obj: Experiment, form: Any, change: bool) -> None:
        """Start the experiment."""
        started = experiments.start(
            version_a=obj.version_a,
            version_b=obj.version_b,
            share=obj.share,
            started_by=request.user if isinstance(request.user, User) else None,
        )
        obj.pk = started.pk

    @admin.action(description="Stop the selected experiments", permissions=["stop"])
    def stop(self, request: HttpRequest, chosen: QuerySet[Experiment]) -> None:
        """End the chosen experiments."""
        for experiment in chosen:
            experiments.stop(experiment=experiment)
        self.message_user(request, "The experiments have ended; lists are back to normal.", messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        """Add the URL that stops an experiment."""
        stop = self.admin_site.admin_view(require_POST(self.stop_view))
        return [path("<int:pk>/stop/", stop, name="recommender_experiment_stop"), *super().get_urls()]

    def stop_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End one experiment and show its result."""
        if not self.has_stop_permission(request):
            raise PermissionDenied
        experiments.stop(experiment=get_object_or_404(Experiment, pk=pk))
        self.message_user(request, "The experiment has ended; lists are back to normal.", messages.SUCCESS)
        return redirect("admin:recommender_experiment_change", pk)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer only one button: a started experiment has a page of its own."""
        buttons = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {"title": "Start an experiment"} | buttons | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add the wins so far and their chart."""
        context = dict(extra_context or {})
        experiment = self.get_object(request, object_id)
        if experiment is not None and self.has_view_permission(request, experiment):
            progress = experiments.progress(experiment=experiment)
            may_stop = experiment.ended_at is None and self.has_stop_permission(request)
            context |= {"progress": progress, "chart": WinChart.of(progress), "may_stop": may_stop}
        return super().change_view(request, object_id, form_url, context)


def _with_state(version: ModelVersion) -> str:
    return f"{version}, {version.get_state_display().lower()}"


def _link(version: ModelVersion) -> str:
    address = reverse("admin:recommender_modelversion_change", args=[version.pk])
    return format_html('<a href="{}">{}</a>, {}', address, version, version.get_state_display().lower())
