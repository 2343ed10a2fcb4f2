"""Ratings and movie features of one moment as named arrays, for an artifact that many processes map into memory."""

import hashlib
import json
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Arrays

RATING_ARRAYS = tuple(field.name for field in fields(RatingMatrix))
MOVIE_ARRAYS = ("years", "tag_rater_ids", "tag_movie_indices", "tag_indices")
OPTIONAL_MOVIE_ARRAYS = ("series", "outside_means", "outside_votes")
NAMES = ("genre_names", "tag_names")
GENRE_ARRAYS = ("genres_indptr", "genres_indices", "genres_data")
CREDIT_ARRAYS = ("credits_indptr", "credits_indices", "credits_data")


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The data that algorithms are fitted to.

    Attributes
    ----------
    ratings : RatingMatrix
    movies : MovieFeatures
        A row per column of `ratings`.
    """

    ratings: RatingMatrix
    movies: MovieFeatures

    def fingerprint(self) -> str:
        """Return a sha256 over who rated what and how, and over the movies' years, genres and tags.

        Series are left out: no model is fitted to them, and they change with the title index.
        """
        ratings, movies = self.ratings, self.movies
        digest = hashlib.sha256(json.dumps([movies.genre_names, movies.tag_names]).encode())
        for array in (
            ratings.rater_ids,
            ratings.movie_ids,
            ratings.rater_indptr,
            ratings.movie_indices,
            ratings.half_stars,
            movies.years,
            movies.genres.indptr,
            movies.genres.indices,
            movies.genres.data,
            movies.tag_rater_ids,
            movies.tag_movie_indices,
            movies.tag_indices,
            *_facts(movies),
        ):
            digest.update(f"{array.dtype.name} {array.shape}\n".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything needed to rebuild it, as named arrays; names as UTF-8 JSON."""
        arrays = {name: getattr(self.ratings, name) for name in RATING_ARRAYS}
        arrays |= {name: getattr(self.movies, name) for name in MOVIE_ARRAYS + OPTIONAL_MOVIE_ARRAYS}
        for name in NAMES:
            arrays[name] = np.frombuffer(json.dumps(getattr(self.movies, name)).encode(), dtype=np.uint8)
        genres = self.movies.genres
        arrays |= dict(zip(GENRE_ARRAYS, (genres.indptr, genres.indices, genres.data), strict=True))
        made_by = self.movies.credits
        if made_by is not None:
            arrays |= dict(zip(CREDIT_ARRAYS, (made_by.indptr, made_by.indices, made_by.data), strict=True))
            arrays["n_people"] = np.array([made_by.shape[1]], dtype=np.int64)
        return {name: array for name, array in arrays.items() if array is not None}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays`; the arrays are used as they are."""
        ratings = RatingMatrix(**{name: arrays[name] for name in RATING_ARRAYS if name in arrays})
        genre_names, tag_names = (tuple(json.loads(arrays[name].tobytes())) for name in NAMES)
        indptr, indices, data = (arrays[name] for name in GENRE_ARRAYS)
        movies = MovieFeatures(
            movie_ids=ratings.movie_ids,
            genre_names=genre_names,
            genres=csr_array((data, indices, indptr), shape=(ratings.n_movies, len(genre_names))),
            tag_names=tag_names,
            **{name: arrays[name] for name in MOVIE_ARRAYS},
            **{name: arrays[name] for name in OPTIONAL_MOVIE_ARRAYS if name in arrays},
            credits=_credits(arrays, ratings.n_movies),
        )
        return cls(ratings, movies)


def _facts(movies: MovieFeatures) -> list[NDArray[Any]]:
    """Return the arrays of what other sites say, where there are any."""
    made_by = movies.credits
    matrix = [] if made_by is None else [made_by.indptr, made_by.indices, made_by.data]
    return [array for array in (movies.outside_means, movies.outside_votes, *matrix) if array is not None]


def _credits(arrays: Arrays, n_movies: int) -> csr_array | None:
    if "n_people" not in arrays:
        return None
    indptr, indices, data = (arrays[name] for name in CREDIT_ARRAYS)
    return csr_array((data, indices, indptr), shape=(n_movies, int(arrays["n_people"][0])))
