"""The admin site: Django's, with a dashboard on its first page and the models in groups."""

from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from recommender.admin import dashboard, schedules
from recommender.admin.auditing import audited
from recommender.admin.job_progress import bar, pill

COUNTS, JOBS, VERSIONS = "recommender.view_rating", "recommender.view_job", "recommender.view_modelversion"
PILLS = {"well": "succeeded", "look": "running", "act": "failed"}
WORDS = {"well": "Well", "look": "Look", "act": "Act"}
SECOND_FACTORS = ("totp", "webauthn")
GROUPS = (
    ("Jobs and models", "recommender", ("Job", "ModelVersion", "Experiment", "DriftReport", "AuditEntry")),
    ("Catalogue and ratings", "recommender", ("Movie", "Genre", "Tag", "Rater", "Rating")),
    ("People", "auth", ("User", "Group", "EmailAddress", "Authenticator")),
    (
        "Schedule",
        "django_celery_beat",
        ("PeriodicTask", "CrontabSchedule", "IntervalSchedule", "ClockedSchedule", "SolarSchedule"),
    ),
)
"""Headings, the app behind each and the models, in order of use; models not named here come last."""


class Site(AdminSite):
    """Shows each part of the dashboard to users who may see its rows."""

    index_title = "Dashboard"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show Django's index below the dashboard."""
        current = dashboard.current()
        seen = [each for each in current.checks if request.user.has_perm(JOBS if each.about == "jobs" else VERSIONS)]
        context = {
            "dashboard": current,
            "running": [(job, bar(job)) for job in current.jobs],
            "counts": [(label, f"{count:,}") for label, count in current.counts],
            "sees_counts": request.user.has_perm(COUNTS),
            "sees_jobs": request.user.has_perm(JOBS),
            "sees_versions": request.user.has_perm(VERSIONS),
            "checks": [(check, pill(PILLS[check.state], WORDS[check.state])) for check in seen],
            "n_to_look_at": sum(check.state != "well" for check in seen),
            "schedules": schedules.current() if request.user.has_perm(schedules.SEES) else None,
            "may_switch": request.user.has_perm(schedules.CHANGES),
            "may_control": request.user.has_perm("recommender.change_job"),
        }
        return super().index(request, context | (extra_context or {}))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Also write down what the view changes."""
        return super().admin_view(audited(view, self._registry), cacheable)

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user is staff, at an allowed address and, where asked for, with a second factor."""
        return super().has_permission(request) and _may_come_from(request) and not _lacks_second_factor(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the site's sign-in, with its limits, log and second factor; there is no other."""
        if not _may_come_from(request):
            raise PermissionDenied
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index", current_app=self.name))
        if self.has_permission(request):
            return redirect("admin:index")
        if super().has_permission(request):
            messages.warning(request, "The admin asks for a second factor: add a passkey or an authenticator app here.")
            return redirect("mfa_index")
        raise PermissionDenied

    def get_urls(self) -> list[Any]:
        """Add the URLs of the ratings and of the switches of schedules."""
        view = self.admin_view(require_GET(self.ratings))
        switch = self.admin_view(require_POST(schedules.switch))
        return [
            path("recommender/rating/", view, name="recommender_rating"),
            path("schedules/<int:pk>/switch/", switch, name="django_celery_beat_periodictask_switch"),
            *super().get_urls(),
        ]

    def ratings(self, request: HttpRequest) -> HttpResponse:
        """Show ratings."""
        # Imported here because it registers raters, which needs this site.
        from recommender.admin import ratings

        return ratings.view(request, site=self)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the models that the user may see in our groups; for a single app, return what Django does."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        if request.user.has_perm(COUNTS):
            models["Rating"] = self._ratings_entry()
        groups = [
            {
                "name": name,
                "app_label": app,
                "app_url": reverse("admin:app_list", args=[app], current_app=self.name),
                "has_module_perms": True,
                "models": [models.pop(each) for each in names if each in models],
            }
            for name, app, names in GROUPS
        ]
        rest = [app | {"models": [model for model in app["models"] if model["object_name"] in models]} for app in apps]
        return [group for group in (*groups, *rest) if group["models"]]

    def _ratings_entry(self) -> dict[str, Any]:
        address = reverse("admin:recommender_rating", current_app=self.name)
        return {"name": "Ratings", "object_name": "Rating", "admin_url": address, "add_url": None, "view_only": True}


def _may_come_from(request: HttpRequest) -> bool:
    """Return whether the visitor's address is one of ADMIN_ADDRESSES; any is if there are none."""
    if not settings.ADMIN_ADDRESSES:
        return True
    address = ip_address(get_adapter().get_client_ip(request))
    return any(address in network for network in settings.ADMIN_ADDRESSES)


def _lacks_second_factor(user: User | AnonymousUser) -> bool:
    return settings.ADMIN_MFA and not is_mfa_enabled(user, SECOND_FACTORS)
