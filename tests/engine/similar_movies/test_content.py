"""What movies have in common besides their raters, and how much it counts beside what ratings say."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Int32
from recommender.engine.similar_movies.neighbours import SimilarMovies

N_MOVIES = 6
NOBODY = RatingMatrix.from_triples([], [], [], catalogue=np.arange(N_MOVIES))
DRAMA = np.ones((N_MOVIES, 1), dtype=np.float32)


def movies(
    genres: Float32 = DRAMA, years: tuple[int, ...] = (0,) * N_MOVIES, series: Int32 | None = None
) -> MovieFeatures:
    names = tuple("ABCDEFGH"[: genres.shape[1]])
    features = MovieFeatures.empty(np.arange(N_MOVIES, dtype=np.int32))
    return replace(
        features, genres=csr_array(genres), genre_names=names, years=np.array(years, dtype=np.int16), series=series
    )


def tagged(features: MovieFeatures, *tags: tuple[int, str]) -> MovieFeatures:
    names = tuple(sorted({tag for _, tag in tags}))
    return replace(
        features,
        tag_names=names,
        tag_rater_ids=np.ones(len(tags), dtype=np.int32),
        tag_movie_indices=np.array([movie for movie, _ in tags], dtype=np.int32),
        tag_indices=np.array([names.index(tag) for _, tag in tags], dtype=np.int32),
    )


def similar(features: MovieFeatures, ratings: RatingMatrix = NOBODY, movie: int = 0) -> list[int]:
    return SimilarMovies(n=5).fit(ratings, features).of(movie)


def test_a_movie_without_ratings_has_neighbours_of_its_genres_and_time() -> None:
    genres = np.array([[1, 1], [1, 0], [1, 1], [0, 0], [1, 1], [1, 1]], dtype=np.float32)
    years = (1979, 1979, 1999, 1985, 1984, 1979)
    assert similar(movies(genres, years)) == [5, 4, 1, 2, 3]


def test_years_and_genres_that_nobody_knows_say_nothing() -> None:
    assert similar(movies(DRAMA * 0)) == []
    assert similar(replace(movies(), genre_names=("(no genres listed)",))) == []


def test_a_rare_tag_says_more_than_one_that_every_other_movie_has() -> None:
    common = [(movie, "funny") for movie in range(5)]
    assert similar(tagged(movies(), *common, (0, "space"), (5, "space")))[0] == 5


def test_a_series_comes_first() -> None:
    series = np.array([7, -1, -1, 7, -1, -1], dtype=np.int32)
    genres = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [1, 0], [1, 0]], dtype=np.float32)
    assert similar(movies(genres, series=series))[0] == 3


def test_of_two_movies_as_much_alike_the_better_known_comes_first() -> None:
    ratings = RatingMatrix.from_triples(np.arange(9), np.full(9, 4), np.full(9, 8), catalogue=np.arange(N_MOVIES))
    assert similar(movies(), ratings) == [4, 1, 2, 3, 5]


def test_a_few_raters_decide_nothing_and_many_do() -> None:
    genres = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]], dtype=np.float32)
    years = (1979, 1999, 1979, 0, 0, 0)

    def rated_by(n: int) -> RatingMatrix:
        """So many people have rated movies 0 and 1, and others the rest, alternately better and worse."""
        raters = np.concatenate([np.tile(np.arange(n), 2), n + np.tile(np.arange(30), 3)])
        rated = np.concatenate([np.repeat([0, 1], n), np.repeat([3, 4, 5], 30)])
        return RatingMatrix.from_triples(raters, rated, 6 + raters % 3, catalogue=np.arange(N_MOVIES))

    assert similar(movies(genres, years), rated_by(2))[0] == 2
    assert similar(movies(genres, years), rated_by(60))[0] == 1
