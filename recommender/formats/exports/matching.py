"""Find the movie that a row is about: by its ids if nothing contradicts them, otherwise by title and year."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from recommender.formats.exports.names import Likeness, Name, likeness, name_of, pieces_of
from recommender.formats.exports.rows import ExportedRow
from recommender.formats.exports.values import repaired
from recommender.titles.text import display_title

MAX_CANDIDATES: Final = 5
YEARS_APART: Final = 1
YEARS_APART_WITH_ID: Final = 2
"""Sites give the year of a first festival or of a release, so this much does not contradict an id."""


@dataclass(frozen=True, slots=True)
class KnownMovie:
    """What the catalogue knows about a movie; `names` are its title and then its other titles."""

    names: tuple[str, ...]
    year: int | None
    imdb_id: int | None = None
    tmdb_id: int | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the catalogue knows about the movies that a file may be about.

    Attributes
    ----------
    by_imdb_id, by_tmdb_id : mapping of int to sequence of int
        Movie ids by the id of the other site.
    titled : callable
        From a title to the ids of the movies with exactly this title or with this segment, the most rated first.
    alike : callable
        From a title to the ids of movies whose titles have all its words, perhaps among others.
    movies : callable
        From movie ids to what is known about them; ids that are not in the catalogue are left out.
    """

    by_imdb_id: Mapping[int, Sequence[int]]
    by_tmdb_id: Mapping[int, Sequence[int]]
    titled: Callable[[str], Sequence[int]]
    alike: Callable[[str], Sequence[int]]
    movies: Callable[[Collection[int]], Mapping[int, KnownMovie]]


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row with its movie, with several movies to choose from, or with none.

    Attributes
    ----------
    row : ExportedRow
    movie_id : int or None
        The movie, if there is no doubt.
    candidates : tuple of int
        At most five, the likeliest first; only the movie itself if there is no doubt.
    """

    row: ExportedRow
    movie_id: int | None
    candidates: tuple[int, ...]


@dataclass(slots=True)
class _Search:
    """A row and the movies found for it so far."""

    row: ExportedRow
    by_id: tuple[Sequence[int], ...]
    named: list[int] = field(default_factory=list)


def match_rows(rows: Iterable[ExportedRow], catalogue: Candidates) -> list[MatchedRow]:
    """Match every row by its ids, or else by title and year.

    Ids that disagree with each other or with the row's title and year leave a row to choose, and so does a movie found
    by title whose ids are others. By title, the same name in the same year is a match, and so is a single movie of the
    same name one year off or of an unknown year. Most of a name is a match in the same year, a part of it never.
    """
    searches = [_Search(row, _by_id(row, catalogue)) for row in rows]
    for search in searches:
        for title in search.row.titles:
            search.named.extend(catalogue.titled(display_title(title)))
    known = dict(catalogue.movies(_ids_of(searches)))
    # Most rows name a movie exactly; only the others are worth a wider search.
    wide = [search for search in searches if search.row.titles and not _is_named_exactly(search, known)]
    for search in wide:
        for title in search.row.titles:
            search.named.extend(_widely(title, catalogue))
    known |= catalogue.movies(_ids_of(wide))
    return [_decide(search, known) for search in searches]


def _by_id(row: ExportedRow, catalogue: Candidates) -> tuple[Sequence[int], ...]:
    """Return what each id of the row finds; an id that is unknown here finds nothing."""
    return (
        (row.movie_id,) if row.movie_id else (),
        catalogue.by_imdb_id.get(row.imdb_id, ()) if row.imdb_id else (),
        catalogue.by_tmdb_id.get(row.tmdb_id, ()) if row.tmdb_id else (),
    )


def _widely(title: str, catalogue: Candidates) -> Iterable[int]:
    for form in _forms(title):
        yield from catalogue.titled(form)
        yield from catalogue.alike(form)
        for piece in pieces_of(form):
            yield from catalogue.titled(piece)


def _ids_of(searches: Iterable[_Search]) -> set[int]:
    return {movie_id for search in searches for ids in (*search.by_id, search.named) for movie_id in ids}


def _is_named_exactly(search: _Search, known: Mapping[int, KnownMovie]) -> bool:
    movies = [known[movie_id] for movie_id in search.named if movie_id in known]
    row = search.row
    return any(movie.year == row.year and _likeness(row, movie) == Likeness.SAME for movie in movies)


def _decide(search: _Search, known: Mapping[int, KnownMovie]) -> MatchedRow:
    row = search.row
    found = [[movie_id for movie_id in ids if movie_id in known] for ids in search.by_id]
    named = _by_name(row, {movie_id: known[movie_id] for movie_id in search.named if movie_id in known})
    first = next((ids for ids in found if ids), None)
    if first is None and row.type:  # a series or the like: only its id tells that it is in the catalogue
        return MatchedRow(row, None, ())
    if first is None:
        if named.movie_id is not None and not _ids_agree(row, known[named.movie_id]):
            return MatchedRow(row, None, named.candidates)
        return named
    if len(first) == 1 and _nothing_contradicts(row, first[0], found, named, known):
        return MatchedRow(row, first[0], (first[0],))
    every = [movie_id for ids in found for movie_id in ids] + list(named.candidates)
    return MatchedRow(row, None, tuple(dict.fromkeys(every))[:MAX_CANDIDATES])


def _nothing_contradicts(
    row: ExportedRow,
    movie_id: int,
    found: Sequence[Sequence[int]],
    named: MatchedRow,
    known: Mapping[int, KnownMovie],
) -> bool:
    """Tell whether the movie that an id has found is the one that the rest of the row is about."""
    movie = known[movie_id]
    if any(ids and movie_id not in ids for ids in found):
        return False
    if not row.titles:
        return _ids_agree(row, movie)
    if row.year and movie.year and abs(row.year - movie.year) > YEARS_APART_WITH_ID:
        return False
    if named.movie_id == movie_id:
        return not (row.imdb_id and movie.imdb_id) or row.imdb_id == movie.imdb_id
    if named.movie_id is not None or not _ids_agree(row, movie):
        return False
    # IMDb and TMDB also use titles of countries that are unknown here; MovieLens numbers come with MovieLens titles.
    confirmed = bool(found[1] or found[2])
    return (confirmed and bool(row.year)) or _likeness(row, movie) < Likeness.NONE


def _ids_agree(row: ExportedRow, movie: KnownMovie) -> bool:
    pairs = ((row.imdb_id, movie.imdb_id), (row.tmdb_id, movie.tmdb_id))
    return all(not (mine and theirs) or mine == theirs for mine, theirs in pairs)


def _forms(title: str) -> list[str]:
    """Return a title as it is, without what stands in parentheses at its end, and both with its letters repaired."""
    return list(dict.fromkeys(form for text in (title, repaired(title)) for form in (text, display_title(text))))


def _names(row: ExportedRow) -> list[Name]:
    """Return the titles in a row, in all their forms."""
    return [name_of(form) for title in row.titles for form in _forms(title)]


def _likeness(row: ExportedRow, movie: KnownMovie) -> Likeness:
    likenesses = (likeness(mine, name_of(name)) for mine in _names(row) for name in movie.names)
    return min(likenesses, default=Likeness.NONE)


def _by_name(row: ExportedRow, movies: Mapping[int, KnownMovie]) -> MatchedRow:
    like = {movie_id: found for movie_id, movie in movies.items() if (found := _likeness(row, movie)) < Likeness.NONE}
    best_first = sorted(like, key=lambda movie_id: like[movie_id])
    if row.year is None:
        return MatchedRow(row, None, tuple(best_first[:MAX_CANDIDATES]))
    apart = {movie_id: _years_apart(row.year, movies[movie_id]) for movie_id in best_first}
    in_year = [movie_id for movie_id in best_first if apart[movie_id] == 0]
    exact = [movie_id for movie_id in in_year if like[movie_id] == Likeness.SAME]
    if exact:
        return _chosen(row, _best_named(row, exact, movies))
    near = [movie_id for movie_id in best_first if movie_id not in in_year and _is_near(apart[movie_id])]
    same = [movie_id for movie_id in near if like[movie_id] == Likeness.SAME]
    alike = [movie_id for movie_id in in_year if like[movie_id] <= Likeness.SAME_MEANING]
    large = [movie_id for movie_id in in_year if like[movie_id] == Likeness.LARGE_PART]
    # Two differences at once, a part of a name alone, or one difference where another would do, may mean another movie.
    one = same if not in_year else alike or large if not same else []
    if len(one) == 1:
        return MatchedRow(row, one[0], (one[0],))
    return MatchedRow(row, None, tuple([*in_year, *near][:MAX_CANDIDATES]))


def _best_named(row: ExportedRow, exact: list[int], movies: Mapping[int, KnownMovie]) -> list[int]:
    """Return the movies whose title, not another name, is that of the row in the same words; all if there are none."""
    mine = {name.words for name in _names(row)}
    titled = [movie_id for movie_id in exact if name_of(movies[movie_id].names[0]).words in mine]
    return titled or exact


def _chosen(row: ExportedRow, found: Sequence[int]) -> MatchedRow:
    return MatchedRow(row, found[0] if len(found) == 1 else None, tuple(found[:MAX_CANDIDATES]))


def _is_near(years_apart: int | None) -> bool:
    return years_apart is None or years_apart <= YEARS_APART


def _years_apart(year: int, movie: KnownMovie) -> int | None:
    return None if movie.year is None else abs(movie.year - year)
