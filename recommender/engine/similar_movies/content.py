"""What movies have in common besides their raters: genres, years, tags and series."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack

from native.content import alike
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.types import Float32, Float64, Int32, Int64

GENRES, YEARS, TAGS, SERIES = 0.1, 0.1, 0.2, 0.3
"""What the cosine of two movies' genres, years and tags counts, and a series in common."""
POPULARITY = 0.5
"""The content of the most rated movie counts half as much again: of two movies as much alike, people know one."""
YEARS_APART = 10
"""Movies so many years apart have little in common, those twice as many years apart nothing."""
NOT_GENRES = ("(no genres listed)", "IMAX")

Rows = tuple[Int64, Int32, Float64]


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """The sparse features of all movies, as `native.content.alike` takes them."""

    movie_rows: Rows
    feature_rows: Rows

    @classmethod
    def of(cls, movies: MovieFeatures, counts: Int64, *, evidence: float) -> Self:
        """Prepare the features of all movies.

        Parameters
        ----------
        movies : MovieFeatures
        counts : (n_movies,) int64
            Ratings of each movie.
        evidence : float
            Genres and years count ``evidence / (evidence + counts)``: where there are many ratings, these say more.
            Tags and series always count in full.
        """
        share = evidence / (evidence + counts) if evidence else np.zeros(counts.size)
        weights = (GENRES * share, YEARS * share, np.full(counts.size, TAGS), np.full(counts.size, SERIES))
        features = [_genres(movies), _years(movies), _tags(movies), _series(movies)]
        weighted = [diags_array(weight) @ each for weight, each in zip(weights, features, strict=True)]
        known = 1 + POPULARITY * np.log1p(counts) / max(np.log1p(counts.max(initial=0)), 1.0)
        return cls(_rows(hstack(weighted)), _rows((diags_array(known) @ hstack(features)).T))

    def add_to(
        self, near: Int32, near_scores: Float32, first_movie: int, last_movie: int, *, n_threads: int
    ) -> tuple[Int32, Float32]:
        """Add the content of a range of movies to what their ratings say, (last_movie - first_movie, n) each."""
        return alike(
            self.movie_rows,
            self.feature_rows,
            near,
            near_scores,
            n=near.shape[1],
            first_movie=first_movie,
            last_movie=last_movie,
            n_threads=n_threads,
        )


def _genres(movies: MovieFeatures) -> csr_array:
    columns = [column for column, name in enumerate(movies.genre_names) if name not in NOT_GENRES]
    return _unit_rows(csr_array(movies.genres)[:, columns])


def _years(movies: MovieFeatures) -> csr_array:
    """Return how close each movie's year is to the two nearest decades, (n_movies, n_decades)."""
    dated = np.flatnonzero(movies.years > 0)
    decades = movies.years[dated] / YEARS_APART
    before = np.floor(decades).astype(np.int64)
    rows, columns = np.tile(dated, 2), np.concatenate([before, before + 1])
    shape = (movies.years.size, int(columns.max(initial=-1)) + 1)
    return _unit_rows(csr_array((np.concatenate([1 - decades + before, decades - before]), (rows, columns)), shape))


def _tags(movies: MovieFeatures) -> csr_array:
    """Return tags by how often a movie has them and how few movies do (tf-idf), (n_movies, n_tags)."""
    counts = movies.tag_counts().astype(np.float64)
    counts.data = 1 + np.log(counts.data)
    n_tagged = np.bincount(counts.indices, minlength=counts.shape[1])
    return _unit_rows(csr_array(counts @ diags_array(np.log(counts.shape[0] / np.maximum(n_tagged, 1)))))


def _series(movies: MovieFeatures) -> csr_array:
    series = np.full(movies.movie_ids.size, -1) if movies.series is None else movies.series
    rows = np.flatnonzero(series >= 0)
    return csr_array((np.ones(rows.size), (rows, series[rows])), (series.size, int(series.max(initial=-1)) + 1))


def _unit_rows(features: csr_array) -> csr_array:
    lengths = np.sqrt(np.asarray((features * features).sum(axis=1)))
    return csr_array(diags_array(1 / np.where(lengths > 0, lengths, 1)) @ features)


def _rows(matrix: csr_array) -> Rows:
    rows = csr_array(matrix)
    rows.sum_duplicates()
    rows.eliminate_zeros()
    return rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data.astype(np.float64)
