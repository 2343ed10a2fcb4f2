"""The watchlist and the hidden movies of a rater, with predicted ratings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import F
from django.db.models.functions import Lower

from recommender.models import Mark, Movie, Rater, Rating
from recommender.services.catalogue.movies import Mine
from recommender.services.lists.predictions import predictions_by_id
from recommender.services.lists.rows import Prediction

Order = Literal["added", "title", "year", "predicted"]
DATABASE_ORDERS = {
    "added": (F("marked_at").desc(), F("movie_id").asc()),
    "title": (Lower("movie__title").asc(), F("movie_id").asc()),
    "year": (F("movie__year").desc(nulls_last=True), Lower("movie__title").asc(), F("movie_id").asc()),
}


@dataclass(frozen=True, slots=True)
class MarkedMovie:
    """A movie of the list; the prediction is None if no model in service can give one."""

    movie: Movie
    marked_at: datetime
    prediction: Prediction | None


@dataclass(frozen=True, slots=True)
class MarkedMovies:
    """A page of the list, and how many movies are on it."""

    results: list[MarkedMovie]
    count: int
    mine: Mine


def listed(*, rater: Rater, kind: Mark.Kind, order: Order = "added", limit: int, offset: int = 0) -> MarkedMovies:
    """Return a page of the watchlist or the hidden movies; movies without a year or prediction come last."""
    marks = Mark.objects.of(rater, kind)
    half_stars = Rating.objects.half_stars_by_movie(rater)
    page = slice(offset, offset + limit)
    if order == "predicted":
        marked = list(marks)
        predicted = predictions_by_id(half_stars, [mark.movie_id for mark in marked])
        marked.sort(key=lambda mark: -predicted[mark.movie_id].stars if mark.movie_id in predicted else 0)
        count, marked = len(marked), marked[page]
    else:
        count, marked = marks.count(), list(marks.order_by(*DATABASE_ORDERS[order])[page])
        predicted = predictions_by_id(half_stars, [mark.movie_id for mark in marked])
    movies = {movie.pk: movie for movie in Movie.objects.in_order([mark.movie_id for mark in marked])}
    results = [
        MarkedMovie(movies[mark.movie_id], mark.marked_at, predicted.get(mark.movie_id))
        for mark in marked
        if mark.movie_id in movies
    ]
    return MarkedMovies(results, count, Mine(half_stars, {mark.movie_id: mark.kind for mark in marked}))
