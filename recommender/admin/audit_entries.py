"""The audit: who changed what, when, and how it was before and after. Nobody can change it."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from recommender.admin import job_words
from recommender.admin.job_progress import moment
from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The list of entries, the newest first, and the page of one."""

    list_display = ("when", "who", "verb", "kind", "what", "changes")
    list_filter = ("kind", "verb")
    search_fields = ("who", "what", "request_id")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    fields = readonly_fields = ("when", "who", "verb", "kind", "what", "object_id", "changes", "request_id")

    @admin.display(description="when")
    def when(self, entry: AuditEntry) -> str:
        """Return when it was."""
        return moment(entry.at)

    @admin.display(description="before and after")
    def changes(self, entry: AuditEntry) -> str:
        """Return each field that changed, before and after."""
        before, after = entry.before or {}, entry.after or {}
        if entry.before is None and entry.after is not None:
            return "added"
        if entry.after is None:
            return "removed" if entry.before is not None else "–"
        rows = ((job_words.name(name), _value(before, name), _value(after, name)) for name in {**before, **after})
        return format_html('<ul class="admin-changes">{}</ul>', format_html_join("", "<li>{}: {} → {}</li>", rows))


def _value(fields: dict[str, Any], name: str) -> str:
    return job_words.value(fields[name]) if fields.get(name) not in (None, "") else "–"
