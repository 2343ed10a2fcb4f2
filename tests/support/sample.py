"""A small world for engine tests: two tastes, four genres, tags, a few movies nobody has rated."""

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix

N_RATERS, N_MOVIES, N_UNRATED = 80, 60, 4
GENRES = ("Action", "Comedy", "Drama", "Horror")
TAGS = ("funny", "slow", "space", "twist ending", "violent")


def sample_ratings(seed: int = 0, share_rated: float = 0.4, n_raters: int = N_RATERS) -> RatingMatrix:
    """Half the raters like the even movies, the others the odd ones; popularity falls with the movie index."""
    rng = np.random.default_rng(seed)
    chance = share_rated * 2 * np.linspace(1, 0.1, N_MOVIES)
    raters, movies = np.nonzero(rng.random((n_raters, N_MOVIES)) < chance)
    half_stars = np.where(raters % 2 == movies % 2, 8, 4) + rng.integers(-2, 3, raters.size) + (raters % 3 == 0)
    return RatingMatrix.from_triples(
        raters * 3 + 5,
        movies * 10 + 1,
        np.clip(half_stars, 1, 10),
        rng.integers(0, 1000, raters.size),
        catalogue=np.arange(N_MOVIES + N_UNRATED) * 10 + 1,
    )


def sample_movies(ratings: RatingMatrix, seed: int = 0) -> MovieFeatures:
    """Even movies are Action or Drama and often "space", odd ones Comedy or Horror and often "funny"."""
    rng = np.random.default_rng(seed)
    n_movies = ratings.n_movies
    genres = np.zeros((n_movies, len(GENRES)), dtype=np.float32)
    index = np.arange(n_movies)
    genres[index, np.where(index % 2, 1 + 2 * (index % 4 == 3), 2 * (index % 4 == 2))] = 1
    tagged = np.repeat(index, 3)
    tags = np.where(rng.random(tagged.size) < 0.7, np.where(tagged % 2, 0, 2), rng.integers(0, len(TAGS), tagged.size))
    return MovieFeatures(
        movie_ids=ratings.movie_ids,
        years=np.full(n_movies, 1999, dtype=np.int16),
        genre_names=GENRES,
        genres=csr_array(genres),
        tag_names=TAGS,
        tag_rater_ids=rng.choice(ratings.rater_ids, tagged.size).astype(np.int32),
        tag_movie_indices=tagged.astype(np.int32),
        tag_indices=tags.astype(np.int32),
    )


def ratings_of(rows: dict[str, dict[int, float]]) -> RatingMatrix:
    """Ratings in stars by name and movie id; the raters get the ids 1, 2, … in the order given."""
    triples = [
        (rater, movie_id, round(stars * 2))
        for rater, rated in enumerate(rows.values(), start=1)
        for movie_id, stars in rated.items()
    ]
    raters, movie_ids, half_stars = zip(*triples, strict=True)
    return RatingMatrix.from_triples(raters, movie_ids, half_stars)


def movies_of(movie_ids: list[int], genres: list[set[str]], tags: list[tuple[int, int, str]] = ()) -> MovieFeatures:
    """Features by hand; `tags` are (rater id, movie id, tag)."""
    genre_names = tuple(sorted(set().union(*genres)))
    tag_names = tuple(sorted({tag for _, _, tag in tags}))
    matrix = np.array([[float(name in of_movie) for name in genre_names] for of_movie in genres], dtype=np.float32)
    return MovieFeatures(
        movie_ids=np.array(movie_ids, dtype=np.int32),
        years=np.zeros(len(movie_ids), dtype=np.int16),
        genre_names=genre_names,
        genres=csr_array(matrix.reshape(len(movie_ids), len(genre_names))),
        tag_names=tag_names,
        tag_rater_ids=np.array([rater for rater, _, _ in tags], dtype=np.int32),
        tag_movie_indices=np.array([movie_ids.index(movie) for _, movie, _ in tags], dtype=np.int32),
        tag_indices=np.array([tag_names.index(tag) for _, _, tag in tags], dtype=np.int32),
    )
