"""Schemas of recommendations: lists, reasons, explanations, invitations to choose together."""

from datetime import datetime
from typing import Annotated, Self

from ninja import Schema
from pydantic import Field

from recommender.api.schemas import MovieOut, Part
from recommender.services.catalogue.movies import Mine
from recommender.services.lists.new_releases import NewReleases
from recommender.services.lists.recommendations import Recommendations
from recommender.services.lists.rows import Recommendation


class ReasonOut(Part):
    """A movie I like that speaks for another one, and how much it adds to that one's ranking score.

    I rated it at least 3.5 stars and at least my mean.
    """

    movie_id: int
    title: str
    my_stars: float
    contribution: float


Interval = Annotated[
    tuple[float, float],
    Field(description="Low and high; 80 % of ratings lie between them. Pages show 4.8 ± 0.9 for 4.8 in 3.9 … 5."),
]


Match = Annotated[
    int | None,
    Field(
        description="Percent. Of the movies shown with 80, people give 80 in 100 at least 3.5 stars. "
        "Null if the algorithm has no intervals."
    ),
]


class LikedPersonOut(Part):
    """Somebody whom a movie shares with all of my movies that speak for it; `titles` are these movies."""

    person_id: int
    name: str
    titles: list[str]


class RecommendedMovie(MovieOut):
    """A movie I may like; `person` is whom the sentence names, if it names somebody."""

    match_percent: Match = None
    runtime_minutes: int | None
    predicted_stars: float
    interval: Interval | None
    reasons: list[ReasonOut]
    sentence: str
    person: LikedPersonOut | None = None

    @classmethod
    def of_recommendation(cls, recommended: Recommendation, mine: Mine) -> Self:
        """Convert one movie of a list."""
        return cls.of(
            recommended.movie,
            mine,
            match_percent=recommended.match_percent,
            runtime_minutes=recommended.movie.runtime_minutes,
            predicted_stars=round(recommended.predicted_stars, 2),
            interval=rounded(recommended.interval),
            reasons=recommended.reasons,
            sentence=recommended.sentence,
            person=recommended.person,
        )


class RecommendedMovieList(Schema):
    """A slice of my list and the algorithm it comes from."""

    count: int
    algorithm: str
    results: list[RecommendedMovie]

    @classmethod
    def of_list(cls, listed: Recommendations) -> Self:
        """Convert a slice of a list."""
        results = [RecommendedMovie.of_recommendation(recommended, listed.mine) for recommended in listed.results]
        return cls(count=listed.count, algorithm=listed.algorithm, results=results)


class NewReleasesOut(RecommendedMovieList):
    """The newest movies that I may like; empty if nothing new may please me."""

    year: int
    heading: Annotated[str, Field(description='"New this year", or which year the newest movies here are of.')]

    @classmethod
    def of_row(cls, row: NewReleases) -> Self:
        """Convert a row."""
        whole = RecommendedMovieList.of_list(row.listed)
        return cls(
            count=whole.count,
            algorithm=whole.algorithm,
            results=whole.results,
            year=row.year,
            heading=row.heading,
        )


class ContributionOut(Part):
    """What one of my ratings adds to the predicted rating in stars, and to the ranking score.

    `sentence` says what it means for the place of the movie; empty if it does not change the place.
    """

    movie_id: int
    title: str
    my_stars: float
    contribution: float
    ranking_contribution: float
    sentence: str


class CounterfactualOut(Part):
    """The place of the movie in my list, with and without my rating of another movie.

    Without a rating that counts for the movie its place is lower, without one that counts against it higher.
    """

    movie_id: int
    title: str
    rank: int
    rank_without: int


class NamedMovieOut(Schema):
    """Another movie of the series."""

    movie_id: int
    title: str


class ExplanationOut(Schema):
    """Why a movie has its predicted rating and its place in my list.

    `sentence` names the strongest of the contributions by movies I like, or the person they share with this one, or
    genres, or says that a series begins with this movie: then `stands_for` is the later movie whose place it takes.
    `start_with` is an earlier movie of its
    series that I have not seen. `match_percent` is null beyond the first 300 places. The contributions come with the
    largest `ranking_contribution` first. `offset + sum of contribution` is the prediction before it is clipped to
    0.5..5 stars; `score_offset + sum of ranking_contribution` is the ranking score. `rank` is null for a movie I have
    rated or hidden.
    """

    movie_id: int
    algorithm: str
    predicted_stars: float
    interval: Interval | None
    offset: float
    score: float
    score_offset: float
    rank: int | None
    contributions: list[ContributionOut]
    shared_genres: list[str]
    shared_tags: list[str]
    sentence: str
    counterfactuals: list[CounterfactualOut]
    match_percent: Match = None
    stands_for: NamedMovieOut | None = None
    start_with: NamedMovieOut | None = None
    person: LikedPersonOut | None = None


class InvitationOut(Schema):
    """A token to pass on, and when it expires."""

    token: str
    expires_at: datetime


def rounded(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return interval and (round(interval[0], 2), round(interval[1], 2))
