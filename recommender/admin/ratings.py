"""All ratings, or those of a rater or movie; Django's own lists cannot show rows with a composite key."""

import re
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from recommender.admin.rater_field import RaterField
from recommender.admin.raters import name_of
from recommender.models import Rating

PAGE = 50
CURSOR = re.compile(r"([0-9]{1,9})-([0-9]{1,9})", re.ASCII)


class RatingsForm(forms.Form):
    """The rater, the movie, and the rating after which the page starts."""

    rater = RaterField(required=False)
    movie = forms.IntegerField(
        label="Movie",
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Number of the movie, as in /movies/1/.",
    )
    after = forms.RegexField(CURSOR, required=False, widget=forms.HiddenInput)

    def clean_after(self) -> tuple[int, int] | None:
        """Return the ids of rater and movie."""
        found = CURSOR.fullmatch(self.cleaned_data["after"])
        return (int(found[1]), int(found[2])) if found else None


def view(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Show a page of ratings, read from an index however far down it is."""
    if not request.user.has_perm("recommender.view_rating"):
        raise PermissionDenied
    form = RatingsForm(request.GET)
    rows: list[Rating] = []
    if form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("rater", "movie", "after")}
        rows = list(Rating.objects.page(**wanted, limit=PAGE + 1))
    context = site.each_context(request) | {
        "title": "Ratings",
        "form": form,
        "rows": [(rating, name_of(rating.rater)) for rating in rows[:PAGE]],
        "next": _next(request, rows[PAGE - 1]) if len(rows) > PAGE else None,
        "is_first": not request.GET.get("after"),
        "page": PAGE,
        "first": _address(request, {}),
    }
    return TemplateResponse(request, "admin/recommender/rating/change_list.html", context)


def _next(request: HttpRequest, last: Rating) -> str:
    return _address(request, {"after": f"{last.rater_id}-{last.movie_id}"})


def _address(request: HttpRequest, more: dict[str, Any]) -> str:
    filters = {name: request.GET[name] for name in ("rater", "movie") if request.GET.get(name)}
    return "?" + urlencode(filters | more)
