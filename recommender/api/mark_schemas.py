"""Schemas of the watchlist and the hidden movies."""

from datetime import datetime
from typing import Self

from ninja import Schema

from recommender.api.recommendation_schemas import Interval, rounded
from recommender.api.schemas import MovieOut
from recommender.services.lists.marked import MarkedMovies


class MarkOut(Schema):
    """A mark on a movie."""

    movie_id: int
    marked_at: datetime


class MarkedMovie(MovieOut):
    """A movie on my watchlist or hidden; `predicted_stars` is null if no model can predict it."""

    marked_at: datetime
    predicted_stars: float | None
    interval: Interval | None


class MarkedMovieList(Schema):
    """A page of my watchlist or of my hidden movies."""

    count: int
    results: list[MarkedMovie]

    @classmethod
    def of_list(cls, listed: MarkedMovies) -> Self:
        """Convert a page of marked movies."""
        results = [
            MarkedMovie.of(
                marked.movie,
                listed.mine,
                marked_at=marked.marked_at,
                predicted_stars=marked.prediction and round(marked.prediction.stars, 2),
                interval=marked.prediction and rounded(marked.prediction.interval),
            )
            for marked in listed.results
        ]
        return cls(count=listed.count, results=results)
