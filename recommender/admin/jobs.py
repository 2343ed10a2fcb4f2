"""Jobs: their progress, results and errors; start, cancel and retry them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_GET, require_POST

from recommender.admin import job_forecasts, job_words, training_table, version_figures
from recommender.admin.job_forms import FORMS, HEADINGS, SIMPLE, SIMPLE_KINDS
from recommender.admin.job_progress import as_json, bar, moment, pill
from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models import Job
from recommender.services import jobs
from recommender.services.jobs import costs

MAX_IDS = 100
MAX_DIGITS = 18
MAX_ERROR_LENGTH = 100


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """The list of jobs, the page of one job, and the page that starts them."""

    list_display = ("name", "state_pill", "progress_or_error", "expected", "took", "requested_by", "created")
    list_filter = ("kind", "state")
    list_select_related = ("requested_by",)
    ordering = ("-pk",)
    sortable_by = ("name",)
    actions = ("cancel", "retry")
    fields = (
        "state_pill", "bar", "expected", "job_arguments", "job_result", "requested_by", "worker_name",
        "times_claimed", "took", "memory", "created", "started", "finished",
    )  # fmt: skip
    readonly_fields = fields
    show_facets = admin.ShowFacets.NEVER

    class Media:
        js = (Script("js/admin/job-progress.js", type="module"),)

    @admin.display(description="job", ordering="pk")
    def name(self, job: Job) -> str:
        """Return kind and number."""
        return str(job)

    @admin.display(description="state")
    def state_pill(self, job: Job) -> str:
        """Return the state."""
        return pill(job.state, job.get_state_display())

    @admin.display(description="progress")
    def bar(self, job: Job) -> str:
        """Return the live progress bar."""
        return bar(job, follow=True)

    @admin.display(description="progress")
    def progress_or_error(self, job: Job) -> str:
        """Return the progress of an unfinished job, otherwise its error."""
        return bar(job) if job.state in Job.UNFINISHED else Truncator(job.error).chars(MAX_ERROR_LENGTH) or "–"

    @admin.display(description="arguments")
    def job_arguments(self, job: Job) -> str:
        """Return the arguments."""
        return job_words.arguments(job)

    @admin.display(description="result")
    def job_result(self, job: Job) -> str:
        """Return the result."""
        return job_words.result(job)

    @admin.display(description="duration")
    def took(self, job: Job) -> str:
        """Return how long it has been running."""
        return costs.actual(job) or (costs.duration(job.duration.total_seconds()) if job.duration is not None else "–")

    @admin.display(description="expected")
    def expected(self, job: Job) -> str:
        """Return how long it was expected to take, and what that costs."""
        return costs.expected(job)

    @admin.display(description="worker")
    def worker_name(self, job: Job) -> str:
        """Return the worker that claimed a chunk last."""
        return job.worker or "none yet"

    @admin.display(description="claimed")
    def times_claimed(self, job: Job) -> str:
        """Return how often it went from queued to running."""
        return "once" if job.attempts == 1 else f"{job.attempts} times"

    @admin.display(description="peak memory")
    def memory(self, job: Job) -> str:
        """Return the memory of the process that used most."""
        return filesizeformat(job.peak_memory) if job.peak_memory else "–"

    @admin.display(description="requested at")
    def created(self, job: Job) -> str:
        """Return when it was requested."""
        return moment(job.created_at)

    @admin.display(description="started at")
    def started(self, job: Job) -> str:
        """Return when a worker first claimed it."""
        return moment(job.started_at)

    @admin.display(description="finished at")
    def finished(self, job: Job) -> str:
        """Return when it finished."""
        return moment(job.finished_at)

    def get_fields(self, request: HttpRequest, obj: Job | None = None) -> Any:
        """Leave out the bar of a finished job, and a result that there is not or that is shown as a table."""
        missing = {
            "bar": obj and obj.state in Job.FINISHED,
            "job_result": obj and (obj.result is None or obj.kind == Job.Kind.RETRAIN),
        }
        return [name for name in self.fields if not missing.get(name)]

    def get_urls(self) -> list[URLPattern]:
        """Add the URLs that start, cancel and retry jobs and report their progress."""
        own = self.admin_site.admin_view
        return [
            path("progress/", own(require_GET(self.progress)), name="recommender_job_progress"),
            path("start/", own(self.start), name="recommender_job_start"),
            path("<int:job_id>/cancel/", own(require_POST(self.cancel_one)), name="recommender_job_cancel"),
            path("<int:job_id>/retry/", own(require_POST(self.retry_one)), name="recommender_job_retry"),
            *super().get_urls(),
        ]

    def progress(self, request: HttpRequest) -> JsonResponse:
        """Return the progress of the requested jobs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        ids = [int(text) for text in request.GET.getlist("id")[:MAX_IDS] if text.isdecimal() and len(text) < MAX_DIGITS]
        return JsonResponse({"jobs": {job.pk: as_json(job) for job in Job.objects.progress_of(ids)}})

    def start(self, request: HttpRequest) -> HttpResponse:
        """Show the kinds of jobs, and start one."""
        self._require_control(request)
        kind = request.POST.get("kind", "")
        if request.method == "POST" and kind not in FORMS and kind not in SIMPLE_KINDS:
            raise Http404("There is no such kind of job.")
        asked = FORMS[kind](request.POST, auto_id=f"id_{kind}_%s") if kind in FORMS else None
        if request.method == "POST" and (asked is None or asked.is_valid()):
            return self._start(request, Job.Kind(kind), asked.arguments if asked else {})
        expected = job_forecasts.by_kind()
        simple = [(*each, expected[each[0]]) for each in SIMPLE]
        forms = [
            (
                each,
                *HEADINGS[each],
                expected.get(each),
                asked if asked is not None and each == kind else form(auto_id=f"id_{each}_%s"),
            )
            for each, form in FORMS.items()
        ]
        context = self.admin_site.each_context(request) | {"title": "Start a job", "simple": simple, "forms": forms}
        return TemplateResponse(request, "admin/recommender/job/start.html", context)

    def _start(self, request: HttpRequest, kind: Job.Kind, arguments: dict[str, Any]) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        job = jobs.start(kind=kind, arguments=arguments, requested_by=user)
        self.message_user(request, f"{job} is {job.get_state_display().lower()}.", messages.SUCCESS)
        return self._to(job.pk)

    def cancel_one(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Cancel a job."""
        self._require_control(request)
        self._apply(request, jobs.cancel, job_id, "is being cancelled.")
        return self._to(job_id)

    def retry_one(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Retry a job."""
        self._require_control(request)
        self._apply(request, jobs.retry, job_id, "is queued again.")
        return self._to(job_id)

    @admin.action(description="Cancel the selected jobs", permissions=["control"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Cancel the selected jobs."""
        for job in chosen:
            self._apply(request, jobs.cancel, job.pk, "is being cancelled.")

    @admin.action(description="Retry the selected jobs", permissions=["control"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Retry the selected jobs."""
        for job in chosen:
            self._apply(request, jobs.retry, job.pk, "is queued again.")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Add whether the user may start jobs."""
        may_control = {"may_control": self.has_control_permission(request)}
        return super().changelist_view(request, may_control | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        """Add chunks, log and buttons to the fields."""
        job: Job = context["original"]
        context |= {
            "stages": [{"label": stage["stage_name"].replace("_", " ")} | stage for stage in job.chunks.by_stage()],
            "evaluation": self._evaluation(job),
            "training": training_table.of(job),
            "log_lines": job.log_lines.all(),
            "may_control": self.has_control_permission(request),
            "may_cancel": job.state in (Job.State.QUEUED, Job.State.RUNNING),
            "may_retry": job.state in (Job.State.FAILED, Job.State.CANCELLED),
        }
        return super().render_change_form(request, context, *args, **more)

    @staticmethod
    def _evaluation(job: Job) -> version_figures.EvaluationCharts | None:
        found = (job.result or {}).get(job_words.SHOWN_AS_CHARTS)
        return version_figures.of_evaluation(found) if found else None

    def has_control_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may start, cancel and retry jobs."""
        return bool(request.user.has_perm("recommender.change_job"))

    def _require_control(self, request: HttpRequest) -> None:
        if not self.has_control_permission(request):
            raise PermissionDenied

    def _apply(self, request: HttpRequest, verb: Callable[..., None], job_id: int, done: str) -> None:
        try:
            verb(job_id=job_id)
        except Job.DoesNotExist as error:
            raise Http404("There is no such job.") from error
        except jobs.JobRefused as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"Job #{job_id} {done}", messages.SUCCESS)

    @staticmethod
    def _to(job_id: int) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:recommender_job_change", args=[job_id]))
