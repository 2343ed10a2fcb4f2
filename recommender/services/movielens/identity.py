"""Compare the movies of a release with those that have the same ids here, and map them by what they are."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recommender.formats.movielens import Dataset, DatasetError, Movies
from recommender.models import Movie
from recommender.titles.text import canonical_words, title_words, without_article

A_HANDFUL: Final = 5
"""Releases correct a few titles and ids; more disagreements than this, and than `CORRECTED`, are other movies."""
CORRECTED: Final = 0.002
YEARS_APART: Final = 1
N_EXAMPLES: Final = 3
COMPARED: Final = (*Movie.TITLES, "year", "imdb_id", "tmdb_id")

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What tells one movie from another; `names` are its title and its other titles."""

    names: tuple[str, ...]
    year: int | None
    imdb_id: int | None
    tmdb_id: int | None

    def is_another(self, other: "Facts") -> bool:
        """Tell whether these cannot be facts about one movie: equal ids decide, then names and years."""
        if self.imdb_id and other.imdb_id:
            return self.imdb_id != other.imdb_id and not self._agrees(other)
        if self.tmdb_id and self.tmdb_id == other.tmdb_id:
            return False
        return not self._agrees(other)

    def _agrees(self, other: "Facts") -> bool:
        if self.year and other.year and abs(self.year - other.year) > YEARS_APART:
            return False
        return any(_alike(mine, theirs) for mine in self.names for theirs in other.names)

    def __str__(self) -> str:
        return f"{self.names[0]} ({self.year})" if self.year else self.names[0]


def check_ids(movies: Movies) -> None:
    """Raise `DatasetError` if the ids of a release mean other movies here; a few corrections are fine."""
    ours = _ours(Movie.objects.with_ids(movies.movie_ids.tolist()).only(*COMPARED))
    release = _facts(movies)
    others = [movie_id for movie_id in sorted(ours) if ours[movie_id].is_another(release[movie_id])]
    if len(others) <= max(A_HANDFUL, CORRECTED * len(ours)):
        return
    examples = "; ".join(
        f"{movie_id} is {release[movie_id]} in the release and {ours[movie_id]} here"
        for movie_id in others[:N_EXAMPLES]
    )
    raise DatasetError(
        f"The ids of this release mean other movies here: {len(others):,} of the {len(ours):,} that both have disagree "
        f"({examples}). Nothing was changed; import it with --match-titles (in the admin: Match titles) to map its "
        "movies by IMDb id, TMDB id, or title and year."
    )


def map_movies(dataset: Dataset) -> tuple[Dataset, list[str]]:
    """Give the ratings and tags of a release the ids that its movies have here.

    The movies here stay as they are. Ratings and tags of movies that are not here, or that may be several, are left
    out.

    Returns
    -------
    dataset : Dataset
        Without movies.
    unmapped : list of str
        Title and year of each movie that could not be mapped, in the order of their ids.
    """
    ours = _ours(Movie.objects.only(*COMPARED))
    by_imdb_id = _grouped((facts.imdb_id, movie_id) for movie_id, facts in ours.items())
    by_tmdb_id = _grouped((facts.tmdb_id, movie_id) for movie_id, facts in ours.items())
    by_name = _grouped((key, movie_id) for movie_id, facts in ours.items() for key in _keys(facts))
    found: dict[int, int] = {}
    unmapped = []
    for movie_id, facts in _facts(dataset.movies).items():
        by_title = {one for key in _keys(facts) for one in by_name.get(key, ())}
        # An id here that contradicts the one in the release belongs to another movie of the same name.
        alike = [one for one in sorted(by_title) if not _contradict(facts, ours[one])]
        for candidates in (by_imdb_id.get(facts.imdb_id, []), by_tmdb_id.get(facts.tmdb_id, []), alike):
            if len(candidates) == 1:
                found[movie_id] = candidates[0]
                break
        else:
            unmapped.append(str(facts))
    return _with_ids(dataset, found), unmapped


def _contradict(facts: Facts, other: Facts) -> bool:
    return bool(facts.imdb_id and other.imdb_id and facts.imdb_id != other.imdb_id)


def _with_ids(dataset: Dataset, ids: dict[int, int]) -> Dataset:
    """Return the ratings and tags under other movie ids; of two ratings of one movie by one rater, the latest stays."""
    most = int(max(dataset.movies.movie_ids, default=0))
    table = np.zeros(most + 1, dtype=np.int32)
    table[list(ids.keys())] = list(ids.values())
    ratings, tags = dataset.ratings, dataset.tags
    movie_ids = table[ratings.movie_ids]
    order = np.lexsort((-ratings.rated_at, movie_ids, ratings.rater_ids))
    pairs = np.stack([ratings.rater_ids[order], movie_ids[order]])
    first = np.ones(order.size, dtype=np.bool_)
    first[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
    kept = np.sort(order[first & (pairs[1] > 0)])
    tagged = table[tags.movie_ids]
    tagged_kept = np.flatnonzero(tagged)
    return Dataset(
        movies=_no_movies(),
        ratings=replace(
            ratings,
            rater_ids=ratings.rater_ids[kept],
            movie_ids=movie_ids[kept],
            half_stars=ratings.half_stars[kept],
            rated_at=ratings.rated_at[kept],
        ),
        tags=replace(
            tags,
            rater_ids=tags.rater_ids[tagged_kept],
            movie_ids=tagged[tagged_kept],
            tags=tuple(tags.tags[place] for place in tagged_kept.tolist()),
            applied_at=tags.applied_at[tagged_kept],
        ),
    )


def _no_movies() -> Movies:
    ids = np.zeros(0, dtype=np.int32)
    return Movies(ids, (), (), np.zeros(0, dtype=np.int16), (), (), ids, ())


def _facts(movies: Movies) -> dict[int, Facts]:
    columns = zip(
        movies.movie_ids.tolist(),
        movies.titles,
        movies.alternative_titles,
        movies.years.tolist(),
        movies.imdb_ids,
        movies.tmdb_ids.tolist(),
        strict=True,
    )
    return {
        movie_id: Facts((title, *others), year or None, _number(imdb_id), tmdb_id or None)
        for movie_id, title, others, year, imdb_id, tmdb_id in columns
    }


def _ours(movies: Iterable[Movie]) -> dict[int, Facts]:
    return {
        movie.pk: Facts((movie.title, *movie.other_titles()), movie.year, _number(movie.imdb_id), movie.tmdb_id)
        for movie in movies
    }


def _number(imdb_id: str | None) -> int | None:
    return int(imdb_id) if imdb_id and imdb_id.isascii() and imdb_id.isdigit() else None


def _keys(facts: Facts) -> set[Key]:
    return {(" ".join(without_article(title_words(name))), facts.year or 0) for name in facts.names}


def _alike(name: str, other: str) -> bool:
    """Tell whether two titles share at least half of the words of the shorter one."""
    if name == other:
        return True
    words, others = set(_words(name)), set(_words(other))
    return 2 * len(words & others) >= max(1, min(len(words), len(others)))


def _words(name: str) -> Sequence[str]:
    return canonical_words(title_words(name))


def _grouped(pairs: Iterable[tuple[Hashable, int]]) -> dict[Hashable, list[int]]:
    grouped: dict[Hashable, list[int]] = defaultdict(list)
    for key, movie_id in pairs:
        if key and movie_id not in grouped[key]:
            grouped[key].append(movie_id)
    return grouped
