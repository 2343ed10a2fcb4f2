"""Schemas of requests and responses that several endpoints share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from django.http import HttpResponse
from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, model_validator

from recommender.models import Mark, Movie, Rating
from recommender.services.catalogue.movies import Mine, poster_url
from recommender.services.lists.changes import Changes

Limit = Annotated[int, Field(ge=1, le=100)]
Offset = Annotated[int, Field(ge=0, le=1_000_000)]
AlgorithmName = Annotated[str | None, Field(max_length=64)]
NOTHING = Mine()

MovieId = Annotated[int, Field(ge=1, le=2_147_483_647)]
ProviderId = Annotated[int, Field(strict=True, ge=0, le=2_147_483_647)]


class Problem(Schema):
    """An error."""

    detail: str


class TooFew(Problem):
    """An error that goes away after `needed` more ratings."""

    needed: int


class Part(BaseModel):
    """A small object of which a response has hundreds: read from a dataclass, without the overhead of `Schema`."""

    model_config = ConfigDict(from_attributes=True)


class MovieOut(Part):
    """A movie, and what I have said about it if I am signed in."""

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
    on_watchlist: bool = False
    is_hidden: bool = False
    is_seen: bool = False

    @classmethod
    def of(cls, movie: Movie, mine: Mine = NOTHING, **more: object) -> Self:
        """Convert a row whose genres are loaded."""
        half_stars, mark = mine.half_stars.get(movie.pk), mine.marks.get(movie.pk)
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
            on_watchlist=mark == Mark.Kind.WATCHLIST,
            is_hidden=mark == Mark.Kind.HIDDEN,
            is_seen=mark == Mark.Kind.SEEN,
            **more,
        )


class MovieDetailOut(MovieOut):
    """A movie with what its page shows in addition; empty or null if TMDB does not know it."""

    overview: str
    original_title: str
    runtime_minutes: int | None

    @classmethod
    def of_details(cls, movie: Movie, mine: Mine) -> Self:
        """Convert a row whose genres are loaded."""
        return cls.of(
            movie,
            mine,
            overview=movie.overview,
            original_title=movie.original_title,
            runtime_minutes=movie.runtime_minutes,
        )


class MovieList(Schema):
    """A page of movies, and how many there are in total."""

    count: int
    results: list[MovieOut]

    @classmethod
    def of(cls, movies: Iterable[Movie], count: int, mine: Mine) -> Self:
        """Convert rows whose genres are loaded."""
        return cls(count=count, results=[MovieOut.of(movie, mine) for movie in movies])


class HistogramStep(Schema):
    """One step of the rating scale, and how many ratings have it."""

    stars: float
    count: int


class RatingHistogramOut(Schema):
    """The ten steps of the scale, the lowest first, and the total number of ratings."""

    movie_id: int
    count: int
    results: list[HistogramStep]

    @classmethod
    def of(cls, movie_id: int, counts: list[int]) -> Self:
        """Convert the counts of 1 … 10 half stars."""
        steps = [HistogramStep(stars=(place + 1) / 2, count=count) for place, count in enumerate(counts)]
        return cls(movie_id=movie_id, count=sum(counts), results=steps)


class RatedMovie(MovieOut):
    """A movie I have rated."""

    rated_at: datetime

    @classmethod
    def of_rating(cls, movie: Movie, rating: Rating, mine: Mine) -> Self:
        """Convert a movie whose genres are loaded, and its rating."""
        return cls.of(movie, mine, rated_at=rating.rated_at)


class RatedMovieList(Schema):
    """A page of my ratings."""

    count: int
    results: list[RatedMovie]


class SettingsBody(Schema):
    """My settings: may the site record what my lists showed, in which country and on which services I watch movies."""

    share_impressions: Annotated[bool, Field(strict=True)]
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    services: list[int] = Field(default_factory=list)


class SettingsChange(Schema):
    """What I change in my settings; what is left out stays."""

    share_impressions: Annotated[bool, Field(strict=True)] | None = None
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] | None = None
    services: Annotated[list[ProviderId], Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.share_impressions is None and self.country is None and self.services is None:
            raise ValueError("give share_impressions, country or services")
        return self


class ProviderOut(Schema):
    """A service that shows movies, and whether it is one of mine."""

    provider_id: int
    name: str
    mine: bool


class ProviderList(Schema):
    """The services of a country, those with the most movies first."""

    country: str
    count: int
    results: list[ProviderOut]


class RatingIn(Schema):
    """Stars in half steps."""

    stars: Annotated[float, Field(strict=True, ge=0.5, le=5, multiple_of=0.5, allow_inf_nan=False)]


class RatingOut(Schema):
    """A stored rating."""

    movie_id: int
    stars: float
    rated_at: datetime
    changes: "ChangesOut | None" = None


class TitleOut(Schema):
    """A movie's title."""

    movie_id: int
    title: str


class ChangesOut(Schema):
    """Movies that entered and left the top of my list, best first, and a sentence about them."""

    entered: list[TitleOut]
    left: list[TitleOut]
    sentence: str

    @classmethod
    def of(cls, changes: Changes | None) -> Self | None:
        """Convert the difference of two lists."""
        if changes is None:
            return None
        entered, left = (
            [TitleOut(movie_id=movie_id, title=title) for movie_id, title in titles]
            for titles in (changes.entered, changes.left)
        )
        return cls(entered=entered, left=left, sentence=changes.sentence)


class RemovedRating(Schema):
    """A removed rating."""

    movie_id: int
    changes: ChangesOut | None


class AlgorithmOut(Schema):
    """An algorithm to choose from; the `featured` ones are one of each kind."""

    name: str
    label: str
    description: str
    minimum_ratings: int
    available: bool
    default: bool
    featured: bool


class AlgorithmList(Schema):
    """All algorithms."""

    count: int
    results: list[AlgorithmOut]


def as_json(body: BaseModel) -> HttpResponse:
    """Return a body as JSON, faster than ninja, which first converts it to dictionaries."""
    return HttpResponse(body.model_dump_json(), content_type="application/json; charset=utf-8")
