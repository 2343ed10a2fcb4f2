"""Experiments: start one, watch the wins, stop it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.admin.win_chart import WinChart
from recommender.engine.registry import ALGORITHMS
from recommender.models import Experiment, ModelVersion
from recommender.services import experiments


class StartForm(forms.ModelForm):
    """The two versions and the share of users."""

    class Meta:
        model = Experiment
        fields = ("version_a", "version_b", "share")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ranking = ModelVersion.objects.filter(algorithm__in=ALGORITHMS).exclude(state=ModelVersion.State.REJECTED)
        for name in ("version_a", "version_b"):
            if name in self.fields:
                self.fields[name].queryset = ranking.order_by("-created_at")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a second experiment beside one that runs."""
        if Experiment.objects.running() is not None:
            raise forms.ValidationError("An experiment is running already; stop it first.")
        return super().clean() or {}


@admin.register(Experiment)
class ExperimentAdmin(ReadOnlyAdmin):
    """The list of experiments, and one in full."""

    form = StartForm
    list_display = ("id", "version_a", "version_b", "share", "started_by", "started_at", "ended_at")
    list_select_related = ("version_a", "version_b", "started_by")
    actions = ("stop",)
    change_form_template = "admin/recommender/experiment.html"

    class Media:
        css = {"all": ("css/experiments.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only those who may add experiments start one."""
        return bool(request.user.has_perm("recommender.add_experiment"))

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Only those who may change experiments stop one."""
        return bool(request.user.has_perm("recommender.change_experiment"))

    def save_model(self, request: HttpRequest, obj: Experiment, form: Any, change: bool) -> None:
        """Start what the form says."""
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
        self.message_user(request, "The experiments are over; lists are as ever.", messages.SUCCESS)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the wins so far and their chart."""
        context = dict(extra_context or {})
        experiment = self.get_object(request, object_id)
        if experiment is not None and self.has_view_permission(request, experiment):
            progress = experiments.progress(experiment=experiment)
            context |= {"progress": progress, "chart": WinChart.of(progress)}
        return super().change_view(request, object_id, form_url, context)
