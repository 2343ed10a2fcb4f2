"""Give films that the catalogue lacks movies of their own, each film once."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction

from recommender.models import Genre, Movie
from recommender.services.catalogue import tmdb
from recommender.services.catalogue.lookup_response import LookedUp

FIRST_TMDB_ID: Final = 2_000_000_000
"""A movie without an IMDb id gets this plus its TMDB id, which is more than any id made from an IMDb id."""
LAST_TMDB_ID: Final = 2_147_483_647 - FIRST_TMDB_ID


@transaction.atomic
def store(films: Iterable[LookedUp]) -> tuple[dict[int, int], int]:
    """Store films with what TMDB knows of them; return the ids of their movies by TMDB id, and how many are new.

    A film whose TMDB id or IMDb id the catalogue has gets no second movie. Films that cannot be shown are left out.
    """
    fit = [(film, new_id) for film in films if film.is_fit and (new_id := _id_for(film)) is not None]
    known_tmdb, known_imdb = _known([film for film, _ in fit])
    movie_ids, new = dict[int, int](), dict[int, LookedUp]()
    for film, new_id in fit:
        known = known_tmdb.get(film.id) or known_imdb.get(_number(film.imdb_digits()))
        movie_ids[film.id] = known or new_id
        if known is None:
            new[new_id] = film
    rows = [
        Movie(pk=pk, title=film.title or "", year=film.year, imdb_id=film.imdb_digits(), tmdb_id=film.id)
        for pk, film in new.items()
    ]
    Movie.objects.bulk_create(rows, ignore_conflicts=True)  # somebody else may be adding the same film
    _add_genres(new)
    _add_tmdb_ids(movie_ids)
    tmdb.save(metadata_by_id={film.id: film for film, _ in fit})
    return movie_ids, len(new)


def _id_for(film: LookedUp) -> int | None:
    """Return the id that the movie gets: from its IMDb id, as IMDb's files give it, or else from its TMDB id."""
    digits = film.imdb_digits()
    if digits is not None:
        return Movie.FIRST_OTHER_ID + int(digits)
    return FIRST_TMDB_ID + film.id if film.id <= LAST_TMDB_ID else None


def _number(digits: str | None) -> str:
    return (digits or "").lstrip("0")


def _known(films: Sequence[LookedUp]) -> tuple[dict[int, int], dict[str, int]]:
    """Return the movies that are there already, the lowest id of each film, by TMDB id and by number at IMDb."""
    tmdb_ids, spellings = [film.id for film in films], set[str]()
    for film in films:
        digits = film.imdb_digits()
        spellings |= {digits, _number(digits)} if digits else set()
    by_tmdb = Movie.objects.filter(tmdb_id__in=tmdb_ids).order_by("-pk")
    by_imdb = Movie.objects.filter(imdb_id__in=spellings).order_by("-pk").values_list("imdb_id", "pk")
    with_tmdb = {movie.tmdb_id or 0: movie.pk for movie in by_tmdb.only("tmdb_id")}
    return with_tmdb, {_number(digits): pk for digits, pk in by_imdb}


def _add_genres(new: dict[int, LookedUp]) -> None:
    names = {movie_id: film.genre_names() for movie_id, film in new.items()}
    all_names = {name for each in names.values() for name in each}
    Genre.objects.bulk_create([Genre(name=name) for name in sorted(all_names)], ignore_conflicts=True)
    genres = dict(Genre.objects.filter(name__in=all_names).values_list("name", "pk"))
    row = Movie.genres.through
    rows = [row(movie_id=movie_id, genre_id=genres[name]) for movie_id, some in names.items() for name in some]
    row.objects.bulk_create(rows, ignore_conflicts=True)


def _add_tmdb_ids(movie_ids: dict[int, int]) -> None:
    tmdb_ids = {movie_id: tmdb_id for tmdb_id, movie_id in movie_ids.items()}
    without = list(Movie.objects.filter(pk__in=tmdb_ids, tmdb_id=None).only("pk"))
    for movie in without:
        movie.tmdb_id = tmdb_ids[movie.pk]
    Movie.objects.bulk_update(without, ["tmdb_id"])
