"""A MovieLens release in memory: arrays with one element per movie, rating or tag application."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Movies:
    """The catalogue of a release.

    Attributes
    ----------
    movie_ids : (n_movies,) int32
        Strictly increasing.
    titles : tuple of str
        Without the year, as people write them: "The City of Lost Children" for "City of Lost Children, The".
    alternative_titles : tuple of tuple of str
        Original and "a.k.a." titles, likewise.
    years : (n_movies,) int16
        0 where unknown.
    genres : tuple of tuple of str
        Empty where none are listed.
    imdb_ids : tuple of str
        Digits with leading zeros as in links.csv; empty where unknown.
    tmdb_ids : (n_movies,) int32
        0 where unknown.
    poster_paths : tuple of str
        Paths on TMDB's image server; empty where unknown.
    """

    movie_ids: Int32
    titles: tuple[str, ...]
    alternative_titles: tuple[tuple[str, ...], ...]
    years: Int16
    genres: tuple[tuple[str, ...], ...]
    imdb_ids: tuple[str, ...]
    tmdb_ids: Int32
    poster_paths: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of movies."""
        return int(self.movie_ids.size)


@dataclass(frozen=True, slots=True, eq=False)
class RatingTriples:
    """One element per rating, in the order of the release; no pair of rater and movie occurs twice.

    Attributes
    ----------
    rater_ids, movie_ids : (n_ratings,) int32
        MovieLens ids.
    half_stars : (n_ratings,) int8
        1..10.
    rated_at : (n_ratings,) int64
        Seconds since 1970.
    """

    rater_ids: Int32
    movie_ids: Int32
    half_stars: Int8
    rated_at: Int64

    @classmethod
    def empty(cls) -> "RatingTriples":
        """Return no ratings."""
        ids = np.zeros(0, dtype=np.int32)
        return cls(ids, ids, np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        """Return the number of ratings."""
        return int(self.rater_ids.size)


@dataclass(frozen=True, slots=True, eq=False)
class TagTriples:
    """One element per tag application, in the order of the release.

    Attributes
    ----------
    rater_ids, movie_ids : (n_applications,) int32
        MovieLens ids.
    tags : tuple of str
        As typed, without surrounding white space; never empty.
    applied_at : (n_applications,) int64
        Seconds since 1970.
    """

    rater_ids: Int32
    movie_ids: Int32
    tags: tuple[str, ...]
    applied_at: Int64

    @classmethod
    def empty(cls) -> "TagTriples":
        """Return no tags."""
        ids = np.zeros(0, dtype=np.int32)
        return cls(ids, ids, (), np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        """Return the number of applications."""
        return int(self.rater_ids.size)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A whole release; a catalogue without ratings is one too."""

    movies: Movies
    ratings: RatingTriples
    tags: TagTriples
