"""The admin's site: Django's, with the state of things on its first page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse

COUNTS, JOBS, VERSIONS = "recommender.view_rating", "recommender.view_job", "recommender.view_modelversion"


class Site(AdminSite):
    """Shows each part of the dashboard to those who may see its rows."""

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show Django's index below the dashboard."""
        # Imported when the page is asked for: this module is read before there are models.
        from recommender.admin.job_progress import bar
        from recommender.services import dashboard

        now = dashboard.current()
        context = {
            "dashboard": now,
            "running": [(job, bar(job)) for job in now.jobs],
            "sees_counts": request.user.has_perm(COUNTS),
            "sees_jobs": request.user.has_perm(JOBS),
            "sees_versions": request.user.has_perm(VERSIONS),
            "may_control": request.user.has_perm("recommender.change_job"),
        }
        return super().index(request, context | (extra_context or {}))


class Config(AdminConfig):
    """Makes `Site` the admin's site."""

    default_site = "movierec_site.admin_site.Site"
