"""Write what TMDB says of a batch of movies into tables, each in two statements that touch only rows that differ."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from recommender.models import Credit, Movie, Person
from recommender.services.catalogue import tmdb_facts
from recommender.services.catalogue.people import folded
from recommender.services.catalogue.tmdb_response import Metadata

FOLDED_LENGTH: Final = 512
NAMES: Final = """
INSERT INTO {table} AS old (id, name) SELECT * FROM unnest(%s::integer[], %s::text[])
ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE old.name <> excluded.name
"""
PEOPLE: Final = """
INSERT INTO recommender_person AS old (tmdb_id, name, folded_name, n_votes)
SELECT *, 0 FROM unnest(%s::integer[], %s::text[], %s::text[])
ON CONFLICT (tmdb_id) DO UPDATE SET name = excluded.name, folded_name = excluded.folded_name
WHERE old.name <> excluded.name
"""
DELETE: Final = """
DELETE FROM {table} AS old WHERE movie_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM unnest({types}) AS new ({columns}) WHERE ({new}) = ({old})
)
"""
INSERT: Final = "INSERT INTO {table} ({columns}) SELECT * FROM unnest({types}) ON CONFLICT DO NOTHING"

Row = tuple[Any, ...]


def save_collections(found: Mapping[Movie, Metadata]) -> None:
    """Write the names of the collections, and put the movies into theirs."""
    named = {movie: tmdb_facts.collection(metadata) for movie, metadata in found.items()}
    with connection.cursor() as cursor:
        _save_names(cursor, "recommender_collection", {each.id: each.name or "" for each in named.values() if each})
    for movie, collection in named.items():
        movie.collection_id = collection.id if collection else None


def save_rows(found: Mapping[Movie, Metadata]) -> None:
    """Make keywords, certifications, availability and credits of these movies those that TMDB says."""
    keywords: list[Row] = []
    certifications: list[Row] = []
    availability: list[Row] = []
    keyword_names: dict[int, str] = {}
    provider_names: dict[int, str] = {}
    for movie, metadata in found.items():
        for keyword in tmdb_facts.keywords(metadata):
            keyword_names[keyword.id] = keyword.name or ""
            keywords.append((movie.pk, keyword.id))
        certifications += [(movie.pk, *each) for each in tmdb_facts.certifications(metadata).items()]
        for country, kind, place, offer in tmdb_facts.availability(metadata):
            provider_names[offer.provider_id] = offer.provider_name or ""
            availability.append((movie.pk, country, kind, offer.provider_id, place))
    movie_ids = [movie.pk for movie in found]
    with connection.cursor() as cursor:
        _save_names(cursor, "recommender_keyword", keyword_names)
        _save_names(cursor, "recommender_provider", provider_names)
        _replace(cursor, "moviekeyword", {"movie_id": "integer", "keyword_id": "integer"}, movie_ids, keywords)
        columns = {"movie_id": "integer", "country": "text", "name": "text"}
        _replace(cursor, "certification", columns, movie_ids, certifications)
        columns = {"movie_id": "integer", "country": "text", "kind": "integer", "provider_id": "integer"}
        _replace(cursor, "availability", {**columns, "place": "integer"}, movie_ids, availability)
        _save_credits(cursor, found)


def _save_credits(cursor: CursorWrapper, found: Mapping[Movie, Metadata]) -> None:
    """Write the credits of the movies for which IMDb has given none."""
    from_imdb = Credit.objects.filter(movie__in=list(found), person__imdb_id__isnull=False)
    covered = set(from_imdb.values_list("movie_id", flat=True).distinct())
    rows, names = list[Row](), dict[int, str]()
    open_movies = [movie for movie in found if movie.pk not in covered]
    for movie in open_movies:
        for work, place, person in tmdb_facts.people(found[movie]):
            names[person.id] = person.name or ""
            rows.append((movie.pk, person.id, work, place))
    tmdb_ids = sorted(names)
    if names:
        in_order = [names[tmdb_id] for tmdb_id in tmdb_ids]
        cursor.execute(PEOPLE, [tmdb_ids, in_order, [folded(name)[:FOLDED_LENGTH] for name in in_order]])
    ids = dict(Person.objects.filter(tmdb_id__in=tmdb_ids).values_list("tmdb_id", "pk")) if names else {}
    columns = {"movie_id": "integer", "person_id": "integer", "work": "integer", "place": "integer"}
    with_ids = [(movie_id, ids[tmdb_id], work, place) for movie_id, tmdb_id, work, place in rows]
    _replace(cursor, "credit", columns, [movie.pk for movie in open_movies], with_ids)


def _save_names(cursor: CursorWrapper, table: str, names: Mapping[int, str]) -> None:
    if names:
        ids = sorted(names)
        cursor.execute(NAMES.format(table=table), [ids, [names[each] for each in ids]])


def _replace(
    cursor: CursorWrapper, table: str, columns: Mapping[str, str], movie_ids: Sequence[int], rows: Iterable[Row]
) -> None:
    """Delete the rows of these movies that are not among the new ones, and add those that are missing."""
    arrays = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in columns]
    names = {
        "table": f"recommender_{table}",
        "columns": ", ".join(columns),
        "types": ", ".join(f"%s::{type}[]" for type in columns.values()),
        "new": ", ".join(f"new.{name}" for name in columns),
        "old": ", ".join(f"old.{name}" for name in columns),
    }
    cursor.execute(DELETE.format(**names), [list(movie_ids), *arrays])
    if arrays[0]:
        cursor.execute(INSERT.format(**names), arrays)
