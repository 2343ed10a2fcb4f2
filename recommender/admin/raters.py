"""Raters: members of the site and imported ones."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from recommender.admin.big_tables import BigTableAdmin
from recommender.models import Rater

WHO = 'Number of the rater, e-mail address or user name of a member, or "ML 12" for rater 12 of MovieLens'


def name_of(rater: Rater) -> str:
    """Return a rater's display name; the query must select the user, too."""
    if rater.user is None:
        return f"MovieLens rater {rater.movielens_id}"
    return rater.user.email or rater.user.get_username()


@admin.register(Rater)
class RaterAdmin(BigTableAdmin):
    """Members and imported raters, the newest first."""

    list_display = ("id", "name", "movielens_id", "shares_impressions")
    list_select_related = ("user",)
    search_fields = ("id",)
    search_help_text = WHO
    ordering = ("-pk",)
    sortable_by = ("id",)
    fields = readonly_fields = ("id", "name", "user", "movielens_id", "shares_impressions")

    @admin.display(description="known as")
    def name(self, rater: Rater) -> str:
        """Return the e-mail address of a member, the MovieLens id of others."""
        return name_of(rater)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Rater], search_term: str
    ) -> tuple[QuerySet[Rater], bool]:
        """Find one rater."""
        if not search_term.strip():
            return queryset, False
        found = Rater.objects.known_as(search_term).values_list("pk", flat=True)
        return queryset.filter(pk__in=list(found)), False  # for a subquery, PostgreSQL might read all raters
