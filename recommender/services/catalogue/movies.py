"""Look movies up for a page."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

from django.contrib.auth.models import AnonymousUser, User

from recommender.models import Mark, Movie, Rating

Excluded = Literal["seen", "hidden", "watchlist"]
"""What a list or search may leave out: movies the user has rated, hidden ones, those on the watchlist."""
POSTERS = "https://image.tmdb.org/t/p/w342"


class UnknownMovie(LookupError):
    """No movie has this id."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What one user has said about movies: half stars and kinds of marks, by movie id."""

    half_stars: Mapping[int, int] = field(default_factory=dict)
    marks: Mapping[int, str] = field(default_factory=dict)


def get(*, movie_id: int) -> Movie:
    """Return a movie with its genres; raise `UnknownMovie` when there is none."""
    movie = Movie.objects.with_genres().filter(pk=movie_id).first()
    if movie is None:
        raise UnknownMovie(f"There is no movie with id {movie_id}.")
    return movie


def half_stars_by(user: User | AnonymousUser, movies: Sequence[Movie]) -> dict[int, int]:
    """Return a user's half stars for some movies, by movie id; nothing for a visitor."""
    if not user.is_authenticated or not movies:
        return {}
    mine = Rating.objects.filter(rater__user_id=user.pk, movie_id__in=[movie.pk for movie in movies])
    return dict(mine.values_list("movie_id", "half_stars"))


def left_out_for(user: User | AnonymousUser, exclude: AbstractSet[Excluded]) -> frozenset[int]:
    """Return the ids of what a user has rated ("seen"), hidden or wants to watch, as asked; none for a visitor."""
    if not user.is_authenticated or not exclude:
        return frozenset()
    marks = Mark.objects.filter(rater__user_id=user.pk, kind__in=exclude)
    ids = marks.values_list("movie_id", flat=True)
    if "seen" in exclude:
        ids = ids.union(Rating.objects.filter(rater__user_id=user.pk).values_list("movie_id", flat=True))
    return frozenset(ids)


def recently_rated(*, limit: int, exclude: Collection[int] = ()) -> list[Movie]:
    """Return the movies somebody has rated here, the latest first, without those whose ids are in `exclude`."""
    return list(Movie.objects.with_genres().recently_rated().exclude(pk__in=exclude)[:limit])


def summary_of(movie: Movie) -> str:
    """Return a movie in a sentence or two, for search engines and previews of a link."""
    genres = ", ".join(name for name in movie.genre_names if not name.startswith("("))
    about = f"{movie}: {genres}." if genres else f"{movie}."
    if movie.rating_mean is None:
        return f"{about} Nobody has rated it yet."
    ratings = "1 rating" if movie.rating_count == 1 else f"{movie.rating_count:,} ratings"
    return f"{about} {movie.rating_mean:.1f} of 5 stars from {ratings}."


def mine(user: User | AnonymousUser, movies: Sequence[Movie]) -> Mine:
    """Return what a user has said about some movies, in two queries; nothing for a visitor."""
    if not user.is_authenticated or not movies:
        return Mine()
    marks = Mark.objects.filter(rater__user_id=user.pk, movie_id__in=[movie.pk for movie in movies])
    return Mine(half_stars_by(user, movies), dict(marks.values_list("movie_id", "kind")))


def poster_url(movie: Movie) -> str | None:
    """Return the address of the poster, or None when none is known."""
    return f"{POSTERS}{movie.poster_path}" if movie.poster_path else None
