"""A rater's own ratings: search, sort and filter them."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import F
from django.db.models.expressions import OrderBy

from recommender.models import Movie, Rater, Rating

Sort = Literal["newest", "oldest", "highest", "lowest", "title", "year", "mean"]
ORDERS: dict[Sort, tuple[str | OrderBy, ...]] = {
    "newest": ("-rated_at", "movie_id"),
    "oldest": ("rated_at", "movie_id"),
    "highest": ("-half_stars", "-rated_at", "movie_id"),
    "lowest": ("half_stars", "-rated_at", "movie_id"),
    "title": ("movie__title", "movie_id"),
    "year": (F("movie__year").desc(nulls_last=True), "movie__title", "movie_id"),
    "mean": (F("movie__rating_mean").desc(nulls_last=True), "movie_id"),
}


@dataclass(frozen=True, slots=True)
class RatingQuery:
    """A search in one rater's ratings; the defaults leave nothing out."""

    text: str = ""
    half_stars: int | None = None
    genre: str | None = None
    decade: int | None = None
    sort: Sort = "newest"


@dataclass(frozen=True, slots=True)
class Page:
    """One slice of a list of ratings, each with its movie, and the length of the whole list."""

    rated: list[tuple[Movie, Rating]]
    count: int


def ratings_of(*, rater: Rater, query: RatingQuery, limit: int, offset: int = 0) -> Page:
    """Return one slice of a rater's ratings; three queries, whatever their number."""
    mine = Rating.objects.filter(rater=rater).titled_like(query.text)
    if query.half_stars is not None:
        mine = mine.filter(half_stars=query.half_stars)
    if query.genre is not None:
        mine = mine.filter(movie__genres__name__iexact=query.genre)
    if query.decade is not None:
        mine = mine.filter(movie__year__range=(query.decade, query.decade + 9))
    page = {rating.movie_id: rating for rating in mine.order_by(*ORDERS[query.sort])[offset : offset + limit]}
    return Page([(movie, page[movie.pk]) for movie in Movie.objects.in_order(list(page))], mine.count())
