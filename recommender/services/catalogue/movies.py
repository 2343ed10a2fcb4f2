"""Look up movies for a page, with what a user has said about them."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists

from recommender.models import Mark, Movie, Rating
from recommender.models.movie import MovieQuerySet
from recommender.services.catalogue import pictures

Excluded = Literal["seen", "hidden", "watchlist"]
"""What a list or search may leave out: movies that the user has rated, hidden or put on the watchlist."""
ENOUGH_FOR_A_ROW = 5


class UnknownMovie(LookupError):
    """No movie has this id."""


@dataclass(frozen=True, slots=True)
class Mine:
    """One user's ratings (half stars) and marks (kinds), by movie id."""

    half_stars: Mapping[int, int] = field(default_factory=dict)
    marks: Mapping[int, str] = field(default_factory=dict)


def get(*, movie_id: int) -> Movie:
    """Return a movie with its genres, of two that are the same film the one that stands for both.

    Raises
    ------
    UnknownMovie
        If there is no movie with this id.
    """
    movie = Movie.objects.with_genres().filter(pk=movie_id).first()
    if movie is None:
        raise UnknownMovie(f"There is no movie with id {movie_id}.")
    return movie if movie.duplicate_of_id is None else get(movie_id=movie.duplicate_of_id)


def half_stars_by(user: User | AnonymousUser, movies: Sequence[Movie]) -> dict[int, int]:
    """Return a user's half stars for some movies, by movie id; empty for a visitor."""
    if not user.is_authenticated or not movies:
        return {}
    mine = Rating.objects.filter(rater__user_id=user.pk, movie_id__in=[movie.pk for movie in movies])
    return dict(mine.values_list("movie_id", "half_stars"))


def left_out_for(user: User | AnonymousUser, exclude: AbstractSet[Excluded]) -> frozenset[int]:
    """Return the ids of the movies to leave out for a user ("seen" are rated ones); none for a visitor."""
    if not user.is_authenticated or not exclude:
        return frozenset()
    marks = Mark.objects.filter(rater__user_id=user.pk, kind__in=exclude)
    ids = marks.values_list("movie_id", flat=True)
    if "seen" in exclude:
        ids = ids.union(Rating.objects.filter(rater__user_id=user.pk).values_list("movie_id", flat=True))
    return frozenset(ids)


def recently_rated(*, limit: int, user: User | AnonymousUser, exclude: Collection[int] = ()) -> list[Movie]:
    """Return the movies that others than the user have rated here, most recent first, without the ids in `exclude`."""
    return list(_rated_by_others(user).with_genres().exclude(pk__in=exclude)[:limit])


def are_recently_rated(user: User | AnonymousUser) -> bool:
    """Return whether others than the user have rated enough movies here for a row of them."""
    return len(_rated_by_others(user).values_list("pk")[:ENOUGH_FOR_A_ROW]) == ENOUGH_FOR_A_ROW


def _rated_by_others(user: User | AnonymousUser) -> MovieQuerySet:
    """Leave out what the user was the last to rate: of a movie, the last rating alone is known to be recent."""
    movies = Movie.objects.recently_rated()
    if not isinstance(user, User):
        return movies
    return movies.exclude(Exists(Rating.objects.latest_of_movie(user)))


def summary_of(movie: Movie) -> str:
    """Describe a movie in a sentence or two, for search engines and link previews."""
    genres = ", ".join(name for name in movie.genre_names if not name.startswith("("))
    description = f"{movie}: {genres}." if genres else f"{movie}."
    if movie.rating_mean is None:
        return f"{description} Nobody has rated it yet."
    ratings = "1 rating" if movie.rating_count == 1 else f"{movie.rating_count:,} ratings"
    return f"{description} {movie.rating_mean:.1f} of 5 stars from {ratings}."


def mine(user: User | AnonymousUser, movies: Sequence[Movie]) -> Mine:
    """Return a user's ratings and marks of some movies, in two queries; empty for a visitor."""
    if not user.is_authenticated or not movies:
        return Mine()
    marks = Mark.objects.filter(rater__user_id=user.pk, movie_id__in=[movie.pk for movie in movies])
    return Mine(half_stars_by(user, movies), dict(marks.values_list("movie_id", "kind")))


def poster_url(movie: Movie) -> str | None:
    """Return the address of the poster, one of this site or of another; None if there is none to show."""
    return pictures.address(movie_id=movie.pk, size=pictures.POSTER, path=movie.poster_path)
