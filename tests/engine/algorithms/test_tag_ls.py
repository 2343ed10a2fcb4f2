"""Tag least squares: how many features, which ones, and the fit."""

import numpy as np
import pytest

from recommender.engine.algorithms.tag_ls import TagLeastSquares, n_user_features
from tests.support.sample import movies_of, ratings_of, sample_movies, sample_ratings


@pytest.mark.parametrize(
    ("n_ratings", "n_features"),
    [(0, 0), (1, 0), (2, 1), (10, 5), (14, 6), (30, 10), (38, 11), (70, 15), (150, 20), (310, 25), (1000, 25)],
)
def test_the_number_of_features_grows_slowly(n_ratings, n_features):
    assert n_user_features(n_ratings) == n_features


MOVIE_IDS = list(range(1, 9))
GENRES = [{"Action"}] * 4 + [{"Comedy"}] * 3 + [{"Drama"}]
TAGS = [(1, 1, "space"), (2, 1, "space"), (1, 2, "space"), (1, 5, "funny")]
ROWS = {
    "alice": {1: 5.0, 2: 4.0, 5: 2.0, 6: 3.0},
    "bob": {1: 3.0, 2: 3.0, 3: 3.0, 4: 3.0, 5: 3.0, 6: 3.0, 7: 3.0, 8: 3.0},
    "charlie": {1: 3.0, 2: 3.0, 5: 3.0, 6: 3.0},
}


def fitted():
    return TagLeastSquares().fit(ratings_of(ROWS), movies_of(MOVIE_IDS, GENRES, TAGS))


def fold_in(model, stars_by_movie):
    movies = np.array([movie - 1 for movie in stars_by_movie], dtype=np.int32)
    return model.fold_in(movies, np.array([round(stars * 2) for stars in stars_by_movie.values()], dtype=np.int8))


def chosen(model, profile):
    return {model.names[k] for k in np.flatnonzero(profile.weights)}


def test_it_chooses_the_rarer_of_equally_frequent_features():
    """Action, Comedy and space are on two of alice's four movies each; two features are hers."""
    model = fitted()
    assert chosen(model, fold_in(model, ROWS["alice"])) == {"space", "Comedy"}


def test_it_fits_bias_and_weights_by_least_squares():
    model = fitted()
    alice = fold_in(model, ROWS["alice"])
    space_on_1, space_on_2 = (np.log(2) + 1) / 3, 1 / 3  # given three times in all
    design = np.array([[1, space_on_1, 0], [1, space_on_2, 0], [1, 0, 1], [1, 0, 1]])
    bias, space, comedy = np.linalg.lstsq(design, np.array([2.0, 1.0, -1.0, 0.0]), rcond=None)[0]
    assert alice.bias == pytest.approx(bias, abs=1e-5)
    predicted = model.predict(alice, np.array([0, 6, 7], dtype=np.int32))
    np.testing.assert_allclose(predicted, [3 + bias + space * space_on_1, 3 + bias + comedy, 3 + bias], atol=1e-5)


def test_it_shows_what_one_mention_is_worth():
    model = fitted()
    alice = fold_in(model, {1: 5.0, 5: 2.0, 6: 2.0, 2: 4.0})
    tags = dict({group.name: group.values for group in model.parameters(alice)}["Tags"])
    assert tags["space"] == pytest.approx(float(alice.weights[list(model.names).index("space")]) / 3, abs=1e-5)


def test_it_gives_a_single_rating_to_the_bias_alone():
    model = fitted()
    alice = fold_in(model, {8: 5.0})
    assert alice.bias == pytest.approx(2.0)
    assert not alice.weights.any()


def test_it_prefers_what_the_user_likes():
    ratings = sample_ratings()
    model = TagLeastSquares().fit(ratings, sample_movies(ratings))
    alice = model.fold_in(np.arange(20, dtype=np.int32), np.where(np.arange(20) % 2, 3, 9).astype(np.int8))
    predicted = model.predict(alice)[20:]
    assert predicted[0::2].mean() > predicted[1::2].mean() + 1


def test_a_contribution_grows_with_the_distance_from_the_median():
    """The features are chosen by the movies alone, so the fit is linear in the stars."""
    model = fitted()
    before, after = (fold_in(model, ROWS["alice"] | {1: stars}) for stars in (5.0, 4.0))  # its median is 3
    every = np.arange(8, dtype=np.int32)
    added = model.rating_contributions(before, every)[:, 0]
    assert np.abs(added).max() > 0.1
    np.testing.assert_allclose(model.predict(before) - model.predict(after), added / 2, atol=1e-6)
    np.testing.assert_allclose(model.rating_contributions(after, every)[:, 0], added / 2, atol=1e-6)
