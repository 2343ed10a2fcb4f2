"""What filters and re-ranking need to know about movies, in a model's order and cached as long as the model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from django.utils import timezone

from recommender.engine.data.types import Bool, Float32, Int32
from recommender.engine.model.item_features import indices_of
from recommender.engine.model.model import Model
from recommender.models import Genre, Movie
from recommender.services.versions import serving
from recommender.titles.index import TitleIndex
from recommender.titles.query import Facts

N_MASKS: Final = 50


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Genres, years and rating counts by movie index.

    `genres` is (n_movies, n_genres) float32, 1 or 0; year 0 means unknown.
    """

    genre_names: tuple[str, ...]
    genres: Float32
    years: Int32
    rating_counts: Int32

    @property
    def newest_year(self) -> int:
        """The latest year of a movie that is not in the future; 0 if no movie has a year."""
        return int(self.years[self.years <= timezone.now().year].max(initial=0))

    def ages(self, movie_indices: Int32) -> Int32:
        """Return how many years some movies are older than the newest ones, (n,); without a year, as old as any."""
        years = self.years[movie_indices]
        oldest = self.years[self.years > 0].min(initial=self.newest_year)
        return np.asarray(np.maximum(self.newest_year - np.where(years > 0, years, oldest), 0), dtype=np.int32)

    def released(self, *, n_years: int) -> Bool:
        """Return which movies are of the last so many years of the catalogue, (n_movies,)."""
        newest = self.newest_year
        return np.asarray((self.years > max(newest - n_years, 0)) & (self.years <= newest))

    def matching(self, *, genre: str | None, decade: int | None) -> Bool:
        """Return which movies are of this genre and decade, (n_movies,)."""
        matching = np.ones(self.years.size, dtype=np.bool_)
        if genre is not None:
            names = [name.lower() for name in self.genre_names]
            known = genre.lower() in names
            matching &= self.genres[:, names.index(genre.lower())] > 0 if known else False
        if decade is not None:
            matching &= (self.years >= decade) & (self.years < decade + 10)
        return matching


Arrays = TypeVar("Arrays")


class _Kept(Generic[Arrays]):
    """Arrays in the order of a model, made again when another title index comes into service."""

    def __init__(self, make: Callable[[Int32, TitleIndex | None], Arrays]) -> None:
        self._make = make
        self._by_model: WeakKeyDictionary[Model, tuple[TitleIndex | None, Arrays]] = WeakKeyDictionary()

    def of(self, model: Model) -> Arrays:
        """Return the arrays of a model."""
        index = serving.title_index()
        found = self._by_model.get(model)
        if found is None or found[0] is not index:
            found = self._by_model[model] = (index, self._make(model.movie_ids, index))
        return found[1]


def of(model: Model) -> Catalogue:
    """Return the catalogue, as it was when it was read for this model and the title index in service."""
    return _catalogues.of(model)


def _read(movie_ids: Int32, index: TitleIndex | None) -> Catalogue:
    years, counts = np.zeros(movie_ids.size, dtype=np.int32), np.zeros(movie_ids.size, dtype=np.int32)
    rows = Movie.objects.values_list("pk", "year", "rating_count")
    table = np.array([(pk, year or 0, count) for pk, year, count in rows], dtype=np.int32).reshape(-1, 3)
    found, known = indices_of(movie_ids, table[:, 0])
    years[found], counts[found] = table[known, 1], table[known, 2]
    names = dict(Genre.objects.values_list("pk", "name"))
    columns = {pk: column for column, pk in enumerate(names)}
    genres = np.zeros((movie_ids.size, len(names)), dtype=np.float32)
    pairs = np.array(Movie.genres.through.objects.values_list("movie_id", "genre_id"), dtype=np.int32).reshape(-1, 2)
    found, known = indices_of(movie_ids, pairs[:, 0])
    genres[found, [columns[pk] for pk in pairs[known, 1].tolist()]] = 1
    return Catalogue(tuple(names.values()), genres, years, counts)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The number of every movie's series, (n_movies,), -1 for none; and the movies of each, in order of release."""

    numbers: Int32
    members: tuple[Int32, ...]


def series_of(model: Model) -> Series:
    """Return the series of the title index in service, as far as the model knows their movies."""
    return _all_series.of(model)


def duplicates_of(model: Model) -> Int32:
    """Return the indices of the movies for which another one stands, by the title index in service."""
    return _duplicates.of(model)


def having(model: Model, facts: Facts) -> Bool:
    """Return which movies have a fact of each group, (n_movies,), by the title index in service; none without one."""
    masks = _masks.of(model)
    found = masks.by_facts.get(facts)
    if found is None:
        found = masks.make(facts)
        masks.by_facts[facts] = found
        for oldest in list(masks.by_facts)[:-N_MASKS]:
            masks.by_facts.pop(oldest, None)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Masks:
    """The movies that filters by facts leave, for the filters used last."""

    movie_ids: Int32
    index: TitleIndex | None
    by_facts: dict[Facts, Bool] = field(default_factory=dict)

    def make(self, facts: Facts) -> Bool:
        mask = np.zeros(self.movie_ids.size, dtype=np.bool_)
        if not facts:
            return ~mask
        ids = np.array(self.index.having(facts) if self.index else [], dtype=np.int32)
        mask[indices_of(self.movie_ids, ids)[0]] = True
        return mask


def not_out_yet(model: Model) -> Int32:
    """Return the indices of the movies whose release is ahead, by the title index in service."""
    movies, days = _coming.of(model)
    return movies[days > timezone.localdate().toordinal()]


def _find_coming(movie_ids: Int32, index: TitleIndex | None) -> tuple[Int32, Int32]:
    """Return the indices of the movies that were not out when the index was built, and the days they come out."""
    coming = np.array(sorted(index.coming.items()) if index else [], dtype=np.int32).reshape(-1, 2)
    movies, known = indices_of(movie_ids, coming[:, 0])
    return movies, coming[known, 1]


def _find_duplicates(movie_ids: Int32, index: TitleIndex | None) -> Int32:
    ids = np.array(sorted(index.duplicates) if index else [], dtype=np.int32)
    return indices_of(movie_ids, ids)[0]


def _find_series(movie_ids: Int32, index: TitleIndex | None) -> Series:
    numbers = np.full(movie_ids.size, -1, dtype=np.int32)
    members: list[Int32] = []
    for ids in index.series if index else ():
        found, _ = indices_of(movie_ids, np.array(ids, dtype=np.int32))
        if found.size > 1:
            numbers[found] = len(members)
            members.append(found)
    return Series(numbers, tuple(members))


_catalogues = _Kept(_read)
_all_series = _Kept(_find_series)
_duplicates = _Kept(_find_duplicates)
_coming = _Kept(_find_coming)
_masks = _Kept(_Masks)
