"""The admin site: Django's, with a dashboard on its first page and the models in groups."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from recommender.admin import dashboard
from recommender.admin.job_progress import bar

COUNTS, JOBS, VERSIONS = "recommender.view_rating", "recommender.view_job", "recommender.view_modelversion"
GROUPS = (
    ("Jobs and models", "recommender", ("Job", "ModelVersion", "Experiment")),
    ("Catalogue and ratings", "recommender", ("Movie", "Genre", "Tag", "Rater", "Rating")),
    ("People", "auth", ("User", "Group", "EmailAddress")),
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
        context = {
            "dashboard": current,
            "running": [(job, bar(job)) for job in current.jobs],
            "counts": [(label, f"{count:,}") for label, count in current.counts],
            "sees_counts": request.user.has_perm(COUNTS),
            "sees_jobs": request.user.has_perm(JOBS),
            "sees_versions": request.user.has_perm(VERSIONS),
            "may_control": request.user.has_perm("recommender.change_job"),
        }
        return super().index(request, context | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        """Add the URL of the ratings."""
        view = self.admin_view(require_GET(self.ratings))
        return [path("recommender/rating/", view, name="recommender_rating"), *super().get_urls()]

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
