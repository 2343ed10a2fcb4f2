"""Preview a file of ratings from another site: match its rows to movies, and let the user correct the matches."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from recommender.formats.exports import (
    Answers,
    Candidates,
    ExportedRow,
    ExportError,
    KnownMovie,
    MatchedRow,
    RatingExport,
    match_rows,
    read_export,
    values,
)
from recommender.formats.exports.questions import NO_ANSWERS
from recommender.models import Movie, Rater, RatingImport, RatingImportRow
from recommender.services.imports import follows_writer
from recommender.services.versions import serving
from recommender.titles.query import TitleQuery

ROWS_PER_INSERT = 2000
MAX_BAD_ROWS = 200
MAX_KINDS = 20
N_SUGGESTIONS = 5
IMDB_DIGITS = 7
"""MovieLens pads IMDb ids with leading zeros to this length."""


class UnknownImport(LookupError):
    """There is no such import, or it belongs to another user."""


class ImportClosed(Exception):
    """The state of the import does not allow this step."""


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """The numbers of rows by kind, by match and by outcome, and of those with a movie chosen."""

    rows: int
    kinds: Mapping[str, int]
    matches: Mapping[str, int]
    outcomes: Mapping[str, int]
    chosen: int


def preview(*, rater: Rater, data: bytes, file_name: str, answers: Answers = NO_ANSWERS) -> RatingImport:
    """Read a file and match its rows to movies; an earlier preview that was not applied is deleted.

    Raises
    ------
    UnclearList, UnclearDates, UnclearTable
        If the file leaves something open that the answers do not say.
    ExportError
        If the file cannot be imported.
    """
    export = read_export(data, file_name=file_name, answers=answers)
    export = replace(export, rows=_about_originals(export.rows))
    matched = match_rows(export.rows, _candidates(export))
    left_out = Counter(export.left_out) + Counter(each.row.type for each in matched if _is_no_movie(each))
    matched = [each for each in matched if not _is_no_movie(each)]
    if not matched and not export.people:
        others = ", ".join(f"{count:,} {kind}" for kind, count in left_out.items())
        raise ExportError(f"The file contains no movie ratings{f', only {others}' if others else ''}.")
    return _store(rater, replace(export, left_out=_few_kinds(left_out)), matched, file_name)


def _is_no_movie(matched: MatchedRow) -> bool:
    return bool(matched.row.type) and not matched.candidates


def _few_kinds(left_out: Counter[str]) -> dict[str, int]:
    """Return the counts of the most frequent kinds, and the rest together."""
    named = dict(left_out.most_common(MAX_KINDS))
    rest = left_out.total() - sum(named.values())
    return named | ({"of other types": rest} if rest else {})


def get(*, rater: Rater, import_id: int) -> RatingImport:
    """Return one of the rater's imports; raise `UnknownImport`."""
    found = RatingImport.objects.of(rater).filter(pk=import_id).first()
    if found is None:
        raise UnknownImport(f"You have no import {import_id}.")
    return found


def figures(*, rating_import: RatingImport) -> ImportFigures:
    """Count the rows of an import."""
    rows = rating_import.rows.all()
    matches = rows.counts("match")
    chosen = rows.filter(movie__isnull=False).count()
    return ImportFigures(sum(matches.values()), rows.counts("kind"), matches, rows.counts("outcome"), chosen)


def suggest(rows: Sequence[RatingImportRow]) -> None:
    """Give rows for which no movie was found the best hits of the title search as candidates, without storing them."""
    index = serving.title_index()
    if index is None:
        return
    for row in rows:
        if row.match == RatingImportRow.Match.UNMATCHED and row.title:
            row.candidates = index.search(TitleQuery(values.repaired(row.title), limit=N_SUGGESTIONS)).movie_ids


def candidates_of(rows: Sequence[RatingImportRow]) -> dict[int, Movie]:
    """Return the movies that some rows may be about, by id, with their genres."""
    wanted = {movie_id for row in rows for movie_id in (*row.candidates, row.movie_id) if movie_id is not None}
    return {movie.pk: movie for movie in Movie.objects.with_genres().filter(pk__in=wanted)}


@transaction.atomic
def choose(*, rating_import: RatingImport, line: int, movie: Movie | None) -> RatingImportRow:
    """Choose the movie that a row is about, or None to leave the row out.

    Raises
    ------
    ImportClosed
        If the import has been applied.
    UnknownImport
        If the file has no such row, or the import is gone.
    """
    lock(rating_import, RatingImport.State.REVIEW)
    row = rating_import.rows.filter(line=line).first()
    if row is None:
        raise UnknownImport(f"The file has no rating in line {line}.")
    rating_import.rows.filter(line=line).update(movie=movie)
    row.movie = movie
    return row


@transaction.atomic
def discard(*, rating_import: RatingImport) -> None:
    """Delete an import that has not been applied; raise `ImportClosed` if it has."""
    lock(rating_import, RatingImport.State.REVIEW).delete()


@transaction.atomic
def _store(rater: Rater, export: RatingExport, matched: list[MatchedRow], file_name: str) -> RatingImport:
    people = follows_writer.known_people(export.people)
    Rater.objects.select_for_update().get(pk=rater.pk)  # two uploads at once take turns here
    RatingImport.objects.of(rater).filter(state=RatingImport.State.REVIEW).delete()
    new_import = RatingImport.objects.create(
        rater=rater,
        source=export.format.name,
        kind=export.kind,
        file_name=values.title(file_name)[:255],
        left_out=export.left_out,
        bad_rows=[str(bad) for bad in export.bad[:MAX_BAD_ROWS]],
        n_bad_rows=len(export.bad),
        n_unread_dates=export.unread_dates,
        people=people,
        n_unknown_people=len(export.people) - len(people),
    )
    RatingImportRow.objects.bulk_create([_row(new_import, each) for each in matched], batch_size=ROWS_PER_INSERT)
    return new_import


def _row(rating_import: RatingImport, matched: MatchedRow) -> RatingImportRow:
    match = RatingImportRow.Match
    found = match.MATCHED if matched.movie_id else match.AMBIGUOUS if matched.candidates else match.UNMATCHED
    return RatingImportRow(
        rating_import=rating_import,
        line=matched.row.line,
        kind=matched.row.kind,
        title=matched.row.title,
        year=matched.row.year,
        imdb_id=matched.row.imdb_id,
        tmdb_id=matched.row.tmdb_id,
        half_stars=matched.row.half_stars,
        rated_at=matched.row.rated_at,
        match=found,
        movie_id=matched.movie_id,
        candidates=list(matched.candidates),
    )


def _about_originals(rows: Sequence[ExportedRow]) -> list[ExportedRow]:
    """Let rows with an id of a movie that the catalogue has twice be about the one that stands for both."""
    twice = Movie.objects.filter(duplicate_of__isnull=False).select_related("duplicate_of")
    pairs = [(movie, movie.duplicate_of) for movie in twice if movie.duplicate_of is not None]
    movie_ids = {movie.pk: original.pk for movie, original in pairs}
    imdb_ids = {_number(movie.imdb_id): _number(original.imdb_id) for movie, original in pairs if movie.imdb_id}
    tmdb_ids = {movie.tmdb_id: original.tmdb_id for movie, original in pairs if movie.tmdb_id}
    return [
        replace(
            row,
            movie_id=movie_ids.get(row.movie_id or 0, row.movie_id),
            imdb_id=imdb_ids.get(row.imdb_id or 0, row.imdb_id),
            tmdb_id=tmdb_ids.get(row.tmdb_id or 0, row.tmdb_id),
        )
        for row in rows
    ]


def _candidates(export: RatingExport) -> Candidates:
    """Look up all ids of a file in the catalogue, with four queries however long the file is."""
    rows = export.rows
    imdb_ids = {row.imdb_id for row in rows if row.imdb_id}
    tmdb_ids = {row.tmdb_id for row in rows if row.tmdb_id}
    index, originals = serving.title_index(), Movie.objects.originals()
    return Candidates(
        by_imdb_id=_by_imdb_id(imdb_ids),
        by_tmdb_id=_grouped(originals.filter(tmdb_id__in=tmdb_ids).order_by("pk").values_list("tmdb_id", "pk")),
        titled=index.titled if index is not None else _find_nothing,
        alike=index.alike if index is not None else _find_nothing,
        movies=_known,
    )


def _known(movie_ids: Collection[int]) -> dict[int, KnownMovie]:
    fields = (*Movie.TITLES, "year", "imdb_id", "tmdb_id")
    return {
        movie.pk: KnownMovie((movie.title, *movie.other_titles()), movie.year, _number(movie.imdb_id), movie.tmdb_id)
        for movie in Movie.objects.with_ids(movie_ids).only(*fields)
    }


def _by_imdb_id(imdb_ids: Collection[int]) -> dict[int, list[int]]:
    written = {form for number in imdb_ids for form in (str(number), f"{number:0{IMDB_DIGITS}d}")}
    found = Movie.objects.originals().filter(imdb_id__in=written).order_by("pk").values_list("imdb_id", "pk")
    return _grouped((_number(imdb_id), movie_id) for imdb_id, movie_id in found)


def _number(imdb_id: str | None) -> int | None:
    return values.imdb_id(imdb_id) if imdb_id else None


def _grouped(pairs: Iterable[tuple[int | None, int]]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = {}
    for key, movie_id in pairs:
        if key is not None:
            grouped.setdefault(key, []).append(movie_id)
    return grouped


def _find_nothing(title: str) -> list[int]:
    """Take the place of the title index until there is one."""
    return []


def lock(rating_import: RatingImport, state: RatingImport.State) -> RatingImport:
    """Lock an import until the end of the transaction; raise `ImportClosed` unless it is in this state."""
    locked = RatingImport.objects.select_for_update().filter(pk=rating_import.pk).first()
    if locked is None:
        raise UnknownImport("This import no longer exists; choose the file again.")
    if locked.state != state:
        was = "not been applied yet" if locked.state == RatingImport.State.REVIEW else f"already been {locked.state}"
        raise ImportClosed(f"This import has {was}.")
    return locked
