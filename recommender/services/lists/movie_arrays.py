"""What filters and re-ranking need to know about movies, in a model's order and cached as long as the model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from django.utils import timezone

from recommender.engine.data.types import Bool, Float32, Int32
from recommender.engine.model.item_features import indices_of
from recommender.engine.model.model import Model
from recommender.models import Genre, Movie
from recommender.services.versions import serving
from recommender.titles.index import TitleIndex


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


_by_model: WeakKeyDictionary[Model, Catalogue] = WeakKeyDictionary()


def of(model: Model) -> Catalogue:
    """Return the catalogue, as it was when it was first read for this model."""
    found = _by_model.get(model)
    if found is None:
        found = _by_model[model] = _read(model.movie_ids)
    return found


def _read(movie_ids: Int32) -> Catalogue:
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


_series_by_model: WeakKeyDictionary[Model, tuple[TitleIndex | None, Series]] = WeakKeyDictionary()


def series_of(model: Model) -> Series:
    """Return the series of the title index in service, as far as the model knows their movies."""
    index = serving.title_index()
    found = _series_by_model.get(model)
    if found is None or found[0] is not index:
        found = _series_by_model[model] = (index, _series(model.movie_ids, index.series if index else ()))
    return found[1]


_duplicates_by_model: WeakKeyDictionary[Model, tuple[TitleIndex | None, Int32]] = WeakKeyDictionary()


def duplicates_of(model: Model) -> Int32:
    """Return the indices of the movies for which another one stands, by the title index in service."""
    index = serving.title_index()
    found = _duplicates_by_model.get(model)
    if found is None or found[0] is not index:
        ids = np.array(sorted(index.duplicates) if index else [], dtype=np.int32)
        found = _duplicates_by_model[model] = (index, indices_of(model.movie_ids, ids)[0])
    return found[1]


def _series(movie_ids: Int32, series: Iterable[Sequence[int]]) -> Series:
    numbers = np.full(movie_ids.size, -1, dtype=np.int32)
    members: list[Int32] = []
    for ids in series:
        found, _ = indices_of(movie_ids, np.array(ids, dtype=np.int32))
        if found.size > 1:
            numbers[found] = len(members)
            members.append(found)
    return Series(numbers, tuple(members))
