"""The base of the screens of large tables: rows are never all counted, and cannot be deleted."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models.postgres import estimated_counts

MAX_COUNTED = 10_000


class EstimatingPaginator(Paginator):
    """Estimates the size of a whole large table; of anything else, it counts at most `MAX_COUNTED` rows."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        """Return the number of rows, estimated or counted up to `MAX_COUNTED`."""
        estimate = self._estimate
        return estimate if estimate > MAX_COUNTED else self.object_list.order_by()[:MAX_COUNTED].count()

    @property
    def in_words(self) -> str:
        """Return the count in words, with "about" or "more than" where it is not exact."""
        if self._estimate > MAX_COUNTED:
            return f"about {self.count:,}"
        return f"more than {MAX_COUNTED - 1:,}" if self.count == MAX_COUNTED else f"{self.count:,}"

    @cached_property
    def _estimate(self) -> int:
        model = self.object_list.model
        return 0 if self.object_list.query.where else estimated_counts(model)[model]


class BigTableAdmin(ReadOnlyAdmin):
    """Shows rows of a large table; subclasses order and search them by an index."""

    paginator = EstimatingPaginator
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
