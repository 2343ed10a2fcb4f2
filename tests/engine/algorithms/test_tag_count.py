"""Tag counting, against the definition worked out by hand."""

import numpy as np
import pytest

from recommender.engine.algorithms.tag_count import TagCount
from tests.support.sample import movies_of, ratings_of, sample_movies, sample_ratings

MOVIE_IDS = [1, 2, 3, 4, 5]
GENRES = [{"Action"}, {"Action", "Comedy"}, {"Comedy"}, {"Drama"}, {"Action"}]
TAGS = [(1, 1, "space"), (2, 1, "space"), (3, 2, "space"), (2, 3, "funny"), (1, 5, "space")]
ROWS = {
    "alice": {1: 5.0, 2: 4.0, 3: 2.0, 4: 3.0},
    "bob": {1: 3.0, 2: 4.0, 3: 4.0, 5: 3.0},
    "charlie": {1: 4.0, 2: 2.0, 3: 3.0, 4: 5.0, 5: 4.0},
}


def fitted(tags=TAGS, genres=GENRES):
    ratings = ratings_of(ROWS)
    return TagCount().fit(ratings, movies_of(MOVIE_IDS, genres, tags))


def fold_in(model, stars_by_movie):
    movies = np.array([movie - 1 for movie in stars_by_movie], dtype=np.int32)
    return model.fold_in(movies, np.array([round(stars * 2) for stars in stars_by_movie.values()], dtype=np.int8))


def test_it_computes_what_the_definition_says():
    model = fitted()
    alice = fold_in(model, ROWS["alice"])
    space_on_1, space_once = np.log(2) + 1, 1.0
    space = (2 * space_on_1 + 1 * space_once) / 4  # the tag was given four times
    funny = -1 * 1.0 / 1
    genres_u = {"Action": (2 + 1) / 3, "Comedy": (1 - 1) / 2, "Drama": 0.0}
    tags = np.array([space * space_on_1, space * space_once, funny * 1.0])  # the third with signal is movie 3
    genres = np.array([genres_u["Action"], genres_u["Action"] + genres_u["Comedy"], genres_u["Comedy"]])
    medians = np.array([4.0, 4.0, 3.0, 4.0, 3.5])
    residuals = np.array([5.0, 4.0, 2.0]) - medians[:3]
    x0, x1, x2 = np.linalg.lstsq(np.stack([tags, genres, np.ones(3)], axis=1), residuals, rcond=None)[0]
    expected = medians[4] + x0 * space * space_once + x1 * genres_u["Action"] + x2
    assert model.predict(alice, np.array([4], dtype=np.int32))[0] == pytest.approx(expected, abs=1e-5)
    importance = {group.name: dict(group.values) for group in model.parameters(alice)}["Importance"]
    assert importance == pytest.approx({"tag importance": x0, "genre importance": x1}, abs=1e-6)


def test_it_uses_genres_alone_without_tag_signal():
    model = fitted(tags=[])
    alice = fold_in(model, ROWS["alice"])
    genres_u = np.array([(2 + 1) / 3, 0.0, 0.0])
    genres = np.array([genres_u[0], genres_u[0], 0.0, 0.0])
    residuals = np.array([5.0, 4.0, 2.0, 3.0]) - [4.0, 4.0, 3.0, 4.0]
    x0, x1 = np.linalg.lstsq(np.stack([genres, np.ones(4)], axis=1), residuals, rcond=None)[0]
    assert model.predict(alice)[4] == pytest.approx(3.5 + x0 * genres_u[0] + x1, abs=1e-5)


def test_it_predicts_the_median_with_neither():
    medians = [4.0, 4.0, 3.0, 4.0, 3.5]
    nothing_known = fitted(tags=[], genres=[set()] * 5)
    np.testing.assert_allclose(nothing_known.predict(fold_in(nothing_known, ROWS["alice"])), medians)
    model = fitted()
    np.testing.assert_allclose(model.predict(fold_in(model, {1: 3.0, 2: 3.0, 3: 3.0})), medians)  # all neutral
    np.testing.assert_allclose(model.predict(fold_in(model, {1: 5.0, 2: 1.0})), medians)  # too few


def test_it_shows_what_it_counted():
    model = fitted()
    groups = {group.name: group.values for group in model.parameters(fold_in(model, ROWS["alice"]))}
    assert list(groups) == ["Your average against the crowd", "Top tags", "Genres", "Importance"]
    assert [name for name, _ in groups["Top tags"]] == ["space", "funny"]
    assert dict(groups["Top tags"])["funny"] == pytest.approx(-1.0)
    assert groups["Genres"] == (("Action", pytest.approx(1.0)),)


def test_it_prefers_what_the_user_likes():
    ratings = sample_ratings()
    model = TagCount().fit(ratings, sample_movies(ratings))
    alice = model.fold_in(np.arange(20, dtype=np.int32), np.where(np.arange(20) % 2, 3, 9).astype(np.int8))
    predicted = model.predict(alice)[20:]
    assert predicted[0::2].mean() > predicted[1::2].mean() + 1


def test_a_rating_contributes_what_it_puts_into_the_count_and_the_bias():
    model = fitted()
    alice = fold_in(model, ROWS["alice"])
    coefficients = {group.name: dict(group.values) for group in model.parameters(alice)}
    x0, x1 = coefficients["Importance"]["tag importance"], coefficients["Importance"]["genre importance"]
    last = np.array([4], dtype=np.int32)
    added = model.rating_contributions(alice, last)[0]
    shared = np.array([x0 * 2 * (np.log(2) + 1) / 4 + x1 * 2 / 3, x0 * 1 / 4 + x1 * 1 / 3, 0.0, 0.0])
    of_bias = added - shared
    assert of_bias.sum() == pytest.approx(alice.bias, abs=1e-6)
    assert of_bias[3] == 0  # no tag signal, so the fit does not use it
