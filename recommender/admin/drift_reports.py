"""Drift: the figures of each measured week."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from recommender.admin.job_progress import moment, pill
from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models import DriftReport


@admin.register(DriftReport)
class DriftReportAdmin(ReadOnlyAdmin):
    """The list of reports, the newest first, and the page of one."""

    list_display = ("__str__", "measured", "n_ratings", "verdict")
    list_select_related = ()
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    fields = readonly_fields = ("measured", "week_ends_at", "n_ratings", "verdict", "all_figures", "job")

    @admin.display(description="measured")
    def measured(self, report: DriftReport) -> str:
        """Return when it was measured."""
        return moment(report.measured_at)

    @admin.display(description="within bounds")
    def verdict(self, report: DriftReport) -> str:
        """Return which figures are outside their bounds."""
        if not report.outside:
            return pill("succeeded", "All within bounds")
        return pill("failed", ", ".join(figure["label"] for figure in report.outside))

    @admin.display(description="figures")
    def all_figures(self, report: DriftReport) -> str:
        """Return a sentence for each figure."""
        items = format_html_join("", "<li>{}</li>", ((figure["sentence"],) for figure in report.figures))
        return format_html('<ul class="admin-changes">{}</ul>', items)
