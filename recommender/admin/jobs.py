"""Jobs: what runs, what ran and why it failed; cancel and run again."""

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models import Job
from recommender.services import jobs


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """The list of jobs."""

    list_display = ("id", "kind", "state", "percent", "message", "requested_by", "created_at", "finished_at", "worker")
    list_filter = ("state", "kind")
    list_select_related = ("requested_by",)
    actions = ("cancel", "run_again")

    @admin.display(description="progress", ordering="progress")
    def percent(self, job: Job) -> str:
        """Return the progress for people."""
        return f"{job.progress:.0%}"

    @admin.action(description="Cancel the selected jobs", permissions=["control"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Ask the chosen jobs to stop."""
        for job in chosen:
            jobs.cancel(job_id=job.pk)
        self.message_user(request, "The jobs were asked to stop.", messages.SUCCESS)

    @admin.action(description="Run the selected jobs again", permissions=["control"])
    def run_again(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Start new jobs like the chosen ones."""
        user = request.user if isinstance(request.user, User) else None
        for job in chosen:
            jobs.start(kind=Job.Kind(job.kind), arguments=job.arguments, requested_by=user)
        self.message_user(request, "The jobs were queued.", messages.SUCCESS)

    def has_control_permission(self, request: HttpRequest) -> bool:
        """Only those who may change jobs control them."""
        return bool(request.user.has_perm("recommender.change_job"))
