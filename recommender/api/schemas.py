"""What goes in and what comes out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Self

from ninja import Schema
from pydantic import Field

from recommender.models import Movie, Rating
from recommender.services.movies import poster_url

Limit = Annotated[int, Field(ge=1, le=100)]
Offset = Annotated[int, Field(ge=0, le=1_000_000)]
MovieId = Annotated[int, Field(ge=1, le=2_147_483_647)]


class Problem(Schema):
    """An error."""

    detail: str


class TooFew(Problem):
    """An error that more ratings mend."""

    needed: int


class MovieOut(Schema):
    """A movie as everybody sees it, and the stars the asking user gave it."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    imdb_id: str | None
    tmdb_id: int | None
    poster_url: str | None
    rating_count: int
    rating_mean: float | None
    my_stars: float | None = None

    @classmethod
    def of(cls, movie: Movie, my_half_stars: Mapping[int, int] | None = None, **more: object) -> Self:
        """Build it from a row whose genres are loaded."""
        half_stars = (my_half_stars or {}).get(movie.pk)
        return cls(
            movie_id=movie.pk,
            title=movie.title,
            year=movie.year,
            genres=movie.genre_names,
            imdb_id=movie.imdb_id,
            tmdb_id=movie.tmdb_id,
            poster_url=poster_url(movie),
            rating_count=movie.rating_count,
            rating_mean=movie.rating_mean,
            my_stars=half_stars / 2 if half_stars else None,
            **more,
        )


class MovieList(Schema):
    """A page of movies and how many there are in all."""

    count: int
    results: list[MovieOut]

    @classmethod
    def of(cls, movies: Iterable[Movie], count: int, my_half_stars: Mapping[int, int]) -> Self:
        """Build it from rows whose genres are loaded."""
        return cls(count=count, results=[MovieOut.of(movie, my_half_stars) for movie in movies])


class RatedMovie(MovieOut):
    """A movie the user has rated."""

    rated_at: datetime

    @classmethod
    def of_rating(cls, movie: Movie, rating: Rating) -> Self:
        """Build it from a movie whose genres are loaded and its rating."""
        return cls.of(movie, {movie.pk: rating.half_stars}, rated_at=rating.rated_at)


class RatedMovieList(Schema):
    """A page of the user's ratings."""

    count: int
    results: list[RatedMovie]


class RecommendedMovie(MovieOut):
    """A movie the user may like."""

    predicted_stars: float


class RecommendedMovieList(Schema):
    """A slice of the user's list and the algorithm it comes from."""

    count: int
    algorithm: str
    results: list[RecommendedMovie]


class RatingIn(Schema):
    """Stars on the half-star grid."""

    stars: Annotated[float, Field(strict=True, ge=0.5, le=5, multiple_of=0.5, allow_inf_nan=False)]


class RatingOut(Schema):
    """A stored rating."""

    movie_id: int
    stars: float
    rated_at: datetime


class AlgorithmOut(Schema):
    """An algorithm people can choose."""

    name: str
    label: str
    description: str
    minimum_ratings: int
    available: bool
    default: bool


class AlgorithmList(Schema):
    """All algorithms."""

    count: int
    results: list[AlgorithmOut]
