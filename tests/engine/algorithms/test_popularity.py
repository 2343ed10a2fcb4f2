"""The weight of popularity in lists: learned from ratings that were not fitted."""

import numpy as np
import pytest

from recommender.engine.algorithms.popularity import WEIGHTS, learned_weight, popularity
from recommender.engine.algorithms.registry import algorithm
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel

N_RATERS, N_POPULAR, N_MOVIES = 400, 40, 200


def ratings_of_fans(*, popular: bool) -> RatingMatrix:
    """Everybody has rated thirty movies, all of them liked: the popular ones, or of a few rare ones too."""
    rng = np.random.default_rng(0)
    rows = [
        np.concatenate(
            [
                rng.permutation(N_POPULAR)[: 30 if popular else 10],
                N_POPULAR + rng.permutation(20)[: 0 if popular else 8],
            ]
        )
        for _ in range(N_RATERS)
    ]
    raters = np.repeat(np.arange(N_RATERS), [len(row) for row in rows])
    movies = np.concatenate(rows)
    return RatingMatrix.from_triples(raters, movies, np.full(movies.size, 9), catalogue=np.arange(N_MOVIES))


def model_of(ratings: RatingMatrix, offsets: np.ndarray) -> LinearModel:
    return LinearModel(
        ItemFeatures(
            movie_ids=ratings.movie_ids,
            offsets=offsets.astype(np.float32),
            factors=np.zeros((ratings.n_movies, 0), dtype=np.float32),
            prior_precision=np.zeros(0, dtype=np.float32),
            bias_precision=1.0,
        )
    )


def most(ratings: RatingMatrix) -> np.ndarray:
    return np.random.default_rng(1).random(ratings.n_ratings) >= 0.3


def test_it_is_large_where_only_popularity_tells() -> None:
    ratings = ratings_of_fans(popular=False)
    against = -3 * np.log1p(ratings.movie_counts())  # predictions that put the least rated movies first
    weight = learned_weight(model_of(ratings, against), ratings, most(ratings), seed=0)
    assert weight > 3


def test_it_is_small_where_predictions_tell_more() -> None:
    ratings = ratings_of_fans(popular=False)
    rare = np.where(np.arange(N_MOVIES) < N_POPULAR, 1.0, 5.0)
    weight = learned_weight(model_of(ratings, rare), ratings, most(ratings), seed=0)
    assert weight == WEIGHTS[0]


def test_too_few_ratings_get_the_usual_weight() -> None:
    ratings = ratings_of_fans(popular=True)
    everything = np.ones(ratings.n_ratings, dtype=np.bool_)
    assert learned_weight(model_of(ratings, np.zeros(N_MOVIES)), ratings, everything, seed=0) == 1.0


@pytest.mark.parametrize("name", ["median", "mean", "tag_count", "tag_ls", "als_3"])
def test_lists_have_the_learned_weight_unless_one_is_given(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ratings = ratings_of_fans(popular=True)
    movies = MovieFeatures.empty(ratings.movie_ids)
    monkeypatch.setattr("recommender.engine.algorithms.popularity.learned_weight", lambda *_: 4.0)
    learned = algorithm(name).fit(ratings, movies).item_features.ranking_offsets
    np.testing.assert_allclose(learned, popularity(ratings, 4.0))
    given = algorithm(name, popularity_weight=2.0).fit(ratings, movies).item_features.ranking_offsets
    np.testing.assert_allclose(given, popularity(ratings, 2.0))
