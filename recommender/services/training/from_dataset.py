"""Convert a MovieLens release on disk into the arrays that algorithms are fitted to."""

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Int32
from recommender.formats.movielens import Dataset


def ratings_and_movies(dataset: Dataset) -> tuple[RatingMatrix, MovieFeatures]:
    """Return the ratings, with a column for every movie, and the features of these movies.

    Tags that differ only in case are one, as in the database.
    """
    movies, rated, tagged = dataset.movies, dataset.ratings, dataset.tags
    ratings = RatingMatrix.from_triples(
        rated.rater_ids, rated.movie_ids, rated.half_stars, rated.rated_at, catalogue=movies.movie_ids
    )
    genre_names = tuple(sorted({genre for genres in movies.genres for genre in genres}))
    genre_of = {name: column for column, name in enumerate(genre_names)}
    tags = [tag.lower() for tag in tagged.tags]
    tag_names = tuple(sorted(set(tags)))
    tag_of = {name: column for column, name in enumerate(tag_names)}
    rows = np.repeat(np.arange(len(movies)), [len(genres) for genres in movies.genres])
    columns = _int32([genre_of[genre] for genres in movies.genres for genre in genres])
    shape = (len(movies), len(genre_names))
    features = MovieFeatures(
        movie_ids=movies.movie_ids,
        years=movies.years,
        genre_names=genre_names,
        genres=csr_array((np.ones(rows.size, dtype=np.float32), (rows, columns)), shape=shape),
        tag_names=tag_names,
        tag_rater_ids=tagged.rater_ids,
        tag_movie_indices=np.searchsorted(movies.movie_ids, tagged.movie_ids).astype(np.int32),
        tag_indices=_int32([tag_of[tag] for tag in tags]),
    )
    return ratings, features


def _int32(values: list[int]) -> Int32:
    return np.array(values, dtype=np.int32)
