"""What every algorithm of the registry promises."""

import json
from dataclasses import fields

import numpy as np
import pytest

from recommender.engine.algorithms.registry import ALGORITHMS, algorithm, load_model
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.model.training import TrainingOptions
from tests.support.sample import N_MOVIES, sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
ALICE = np.array([0, 2, 4, 6, 1, 3, 5, 12, 30, 44], dtype=np.int32), np.array([9, 8, 10, 8, 3, 2, 4, 9, 8, 9], np.int8)
NOBODY = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8)
EVERY_MOVIE = np.arange(RATINGS.n_movies, dtype=np.int32)


@pytest.fixture(scope="module", params=list(ALGORITHMS))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    return algorithm(name).fit(RATINGS, MOVIES, TrainingOptions(seed=1))


def fit(name, ratings, movies=None, **options):
    return algorithm(name).fit(ratings, movies or MovieFeatures.empty(ratings.movie_ids), TrainingOptions(**options))


def finite(model, movie_indices, half_stars):
    """Whether a user's profile, predictions, scores and parameters hold neither NaN nor infinity."""
    profile = model.fold_in(np.array(movie_indices, dtype=np.int32), np.array(half_stars, dtype=np.int8))
    values = [value for group in model.parameters(profile) for _, value in group.values]
    parts = (profile.bias, profile.weights, model.predict(profile), model.scores(profile), values)
    return all(np.isfinite(part).all() for part in parts)


def test_it_is_introduced_to_people(name):
    introduced = ALGORITHMS[name]
    assert introduced.name == name
    assert introduced.label
    assert introduced.description.endswith(".")
    assert introduced.minimum_ratings >= 0
    assert len({each.label for each in ALGORITHMS.values()}) == len(ALGORITHMS)


def test_what_people_may_choose_are_its_hyper_parameters(name):
    chosen = ALGORITHMS[name]
    for hyperparameter in chosen.offered:
        default, limits = getattr(chosen, hyperparameter.name), hyperparameter.limits
        assert limits.low <= default <= limits.high
        assert isinstance(default, int) == limits.whole


def test_it_knows_every_movie_of_the_catalogue(model):
    np.testing.assert_array_equal(model.movie_ids, RATINGS.movie_ids)
    profile = model.fold_in(*ALICE)
    assert model.predict(profile).shape == model.scores(profile).shape == (RATINGS.n_movies,)
    assert model.predict(profile).dtype == model.scores(profile).dtype == np.float32


def test_it_predicts_some_movies_as_it_predicts_all(model):
    profile = model.fold_in(*ALICE)
    some = np.array([50, 3, 3, 63], dtype=np.int32)
    np.testing.assert_allclose(model.predict(profile, some), model.predict(profile)[some], atol=1e-5)
    assert model.predict(profile, some[:0]).shape == (0,)


def test_it_remembers_what_a_profile_was_fitted_to(model):
    profile = model.fold_in(*ALICE)
    np.testing.assert_array_equal(profile.movie_indices, ALICE[0])
    np.testing.assert_array_equal(profile.half_stars, ALICE[1])
    assert profile.n_ratings == 10


def test_it_recommends_by_score(model):
    profile = model.fold_in(*ALICE)
    best = model.recommend(profile, n=12)
    assert best.dtype == np.int32
    assert np.unique(best).size == 12
    scores = model.scores(profile)
    assert (np.diff(scores[best]) <= 0).all()
    others = np.setdiff1d(np.arange(RATINGS.n_movies), np.concatenate([best, ALICE[0]]))
    assert scores[others].max() <= scores[best].min()


def test_it_never_recommends_what_is_rated_or_excluded(model):
    excluded = np.array([8, 10, 7], dtype=np.int32)
    everything = model.recommend(model.fold_in(*ALICE), n=1000, exclude=excluded)
    expected = np.setdiff1d(np.arange(RATINGS.n_movies), np.concatenate([ALICE[0], excluded]))
    np.testing.assert_array_equal(np.sort(everything), expected)


def test_it_gives_the_same_list_in_slices(model):
    profile = model.fold_in(*ALICE)
    whole = model.recommend(profile, n=30)
    slices = [model.recommend(profile, n=7, offset=offset) for offset in range(0, 30, 7)]
    np.testing.assert_array_equal(np.concatenate(slices)[:30], whole)
    assert model.recommend(profile, n=5, offset=10_000).size == 0
    assert model.recommend(profile, n=0).size == 0


def test_it_does_not_lead_with_movies_hardly_anyone_has_rated(model, name):
    best = model.recommend(model.fold_in(*NOBODY), n=10)
    assert RATINGS.movie_counts()[best].mean() > RATINGS.movie_counts().mean()


def test_it_works_for_someone_without_ratings(model):
    assert finite(model, *NOBODY)
    assert model.fold_in(*NOBODY).bias == 0
    assert model.recommend(model.fold_in(*NOBODY), n=5).size == 5


@pytest.mark.parametrize("half_stars", [1, 6, 10])
def test_it_works_for_one_rating(model, half_stars):
    assert finite(model, [0], [half_stars])
    assert finite(model, [N_MOVIES + 1], [half_stars])  # of a movie nobody in training rated


@pytest.mark.parametrize("half_stars", [1, 6, 10])
def test_it_works_when_all_ratings_are_equal(model, half_stars):
    assert finite(model, ALICE[0], np.full(10, half_stars))
    assert finite(model, np.arange(N_MOVIES), np.full(N_MOVIES, half_stars))


def test_it_works_with_any_number_of_ratings(model):
    rng = np.random.default_rng(0)
    for n_ratings in range(2, 30):
        movies = np.sort(rng.choice(RATINGS.n_movies, n_ratings, replace=False))
        assert finite(model, movies, rng.integers(1, 11, n_ratings)), n_ratings


def test_it_works_without_genres_and_tags(name):
    assert finite(fit(name, RATINGS), *ALICE)


@pytest.mark.parametrize("half_stars", [1, 10])
def test_it_can_be_fitted_to_equal_ratings(name, half_stars):
    equal = RatingMatrix.from_triples(
        np.repeat(np.arange(5), 5), np.tile(np.arange(5), 5), np.full(25, half_stars), catalogue=np.arange(7)
    )
    assert finite(fit(name, equal), [0, 1], [half_stars, 5])


def test_it_can_be_fitted_to_one_rating_and_to_none(name):
    one = RatingMatrix.from_triples([1], [1], [8], catalogue=[1, 2, 3])
    none = RatingMatrix.from_triples([], [], [], catalogue=[1, 2, 3])
    for ratings in (one, none):
        model = fit(name, ratings)
        assert finite(model, *NOBODY)
        assert finite(model, [0, 2], [10, 1])


def test_it_gives_the_same_bytes_for_the_same_seed(name, model):
    again = algorithm(name).fit(RATINGS, MOVIES, TrainingOptions(seed=1)).to_arrays()
    first = model.to_arrays()
    assert {key: array.tobytes() for key, array in again.items()} == {key: a.tobytes() for key, a in first.items()}


def test_it_does_the_same_after_saving_and_loading(name, model):
    arrays = {}
    for key, array in model.to_arrays().items():
        assert array.dtype != object
        arrays[key] = np.ascontiguousarray(array).copy()
        arrays[key].setflags(write=False)
    loaded = load_model(name, arrays, {"algorithm": name})
    assert type(loaded) is type(model)
    for ratings in (ALICE, NOBODY):
        before, after = model.fold_in(*ratings), loaded.fold_in(*ratings)
        np.testing.assert_array_equal(model.predict(before), loaded.predict(after))
        np.testing.assert_array_equal(model.scores(before), loaded.scores(after))
        np.testing.assert_array_equal(model.recommend(before, n=20), loaded.recommend(after, n=20))
        assert model.parameters(before) == loaded.parameters(after)


def test_it_reports_progress_to_the_end(name):
    shares = []
    fit(name, RATINGS, MOVIES, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_it_can_be_cancelled(name):
    def cancel(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(name, RATINGS, MOVIES, on_progress=cancel)


def test_the_contributions_of_the_ratings_sum_to_the_prediction(model):
    for ratings in (ALICE, (ALICE[0], np.full(10, 6, np.int8)), (ALICE[0][:3], ALICE[1][:3]), NOBODY):
        profile = model.fold_in(*ratings)
        added = model.rating_contributions(profile, EVERY_MOVIE)
        assert added.shape == (RATINGS.n_movies, ratings[0].size)
        total = model.item_features.offsets + added.sum(axis=1)
        np.testing.assert_allclose(total, model.predict(profile), rtol=1e-4)


def test_the_contributions_of_the_ratings_sum_to_the_score(model):
    """What a movie gets besides is the same for another user with as many ratings."""
    another = ALICE[0][::-1].copy() + 1, np.array([3, 9, 2, 4, 4, 7, 1, 3, 5, 6], np.int8)
    besides = []
    for ratings in (ALICE, another):
        profile = model.fold_in(*ratings)
        added = model.ranking_contributions(profile, EVERY_MOVIE)
        assert added.shape == (RATINGS.n_movies, 10)
        besides.append(model.scores(profile) - added.sum(axis=1))
    np.testing.assert_allclose(*besides, rtol=1e-4, atol=1e-4 * np.abs(model.scores(profile)).max())
    assert model.ranking_contributions(model.fold_in(*NOBODY), EVERY_MOVIE).shape == (RATINGS.n_movies, 0)


def test_some_movies_are_explained_as_all_are(model):
    profile, some = model.fold_in(*ALICE), np.array([63, 0, 17], dtype=np.int32)
    for explain in (model.rating_contributions, model.ranking_contributions):
        np.testing.assert_allclose(explain(profile, some), explain(profile, EVERY_MOVIE)[some], rtol=1e-9, atol=1e-12)
        assert explain(profile, some[:0]).shape == (0, 10)


def test_a_rating_that_changes_every_movie_alike_gives_no_reason(model):
    scores = [model.scores(model.fold_in(*ratings)) for ratings in (ALICE, NOBODY)]
    order_changes = not np.array_equal(*(np.argsort(-each, kind="stable") for each in scores))
    assert model.ranks_by_ratings == order_changes


def test_an_interval_holds_the_prediction_or_is_not_given(model, name):
    profile = model.fold_in(*ALICE)
    bounds = model.interval(profile, EVERY_MOVIE)
    assert (bounds is None) == (name in ("median", "tag_count", "tag_ls"))
    if bounds is not None:
        low, high = bounds
        assert low.dtype == high.dtype == np.float32
        predicted = np.clip(model.predict(profile), 0.5, 5)
        assert ((low >= 0.5) & (low <= predicted) & (predicted <= high) & (high <= 5)).all()


def test_it_shows_its_parameters(model):
    groups = model.parameters(model.fold_in(*ALICE))
    assert groups
    assert all(group.name and group.unit for group in groups)
    assert all(isinstance(label, str) for group in groups for label, _ in group.values)


def test_it_takes_hyperparameters_that_survive_json(name):
    chosen = ALGORITHMS[name]
    values = {each.name: getattr(chosen, each.name) for each in fields(chosen)}
    assert algorithm(name, **json.loads(json.dumps(values))) == chosen
    with pytest.raises(ValueError, match="has no colour: choose from"):
        algorithm(name, colour=1)


def test_it_names_the_algorithms_it_has():
    with pytest.raises(ValueError, match="Unknown algorithm 'magic': choose from median, mean"):
        algorithm("magic")
    with pytest.raises(ValueError, match="Unknown algorithm"):
        load_model("magic", {}, {})
