"""What the lists of large tables have in common: they are never counted to the end, and nobody deletes their rows."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models.postgres import estimated_counts

COUNTED = 10_000


class EstimatingPaginator(Paginator):
    """Pages of a list that may be long: a whole large table is estimated, of anything else `COUNTED` rows counted."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, as well as that can be told at once."""
        estimate = self._estimate
        return estimate if estimate > COUNTED else self.object_list.order_by()[:COUNTED].count()

    @property
    def in_words(self) -> str:
        """Return the count and how sure it is."""
        if self._estimate > COUNTED:
            return f"about {self.count:,}"
        return f"more than {COUNTED - 1:,}" if self.count == COUNTED else f"{self.count:,}"

    @cached_property
    def _estimate(self) -> int:
        model = self.object_list.model
        return 0 if self.object_list.query.where else estimated_counts(model)[model]


class BigTableAdmin(ReadOnlyAdmin):
    """Shows rows of a large table; a subclass orders and searches them by an index."""

    paginator = EstimatingPaginator
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
