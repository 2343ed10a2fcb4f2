"""What is measured of one fit: on toys by hand, and the same as an evaluation measures."""

import numpy as np
import pytest

from recommender.engine.algorithms.baselines import Mean, Median
from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.evaluation import evaluate_unit, split_ratings
from recommender.engine.evaluation.protocols import PROTOCOLS
from recommender.engine.evaluation.protocols.measures import GAIN_MEASURES, INTERVALS, RATING_MEASURES, of_lists
from recommender.engine.evaluation.protocols.popularity import Popularity
from recommender.engine.evaluation.protocols.sums import Measured, measure
from recommender.engine.evaluation.splits import Split
from recommender.engine.evaluation.unit import COLUMNS
from tests.support.sample import movies_of, ratings_of, sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)


def toy(**parts):
    """A split whose parts (train, test, …) are stars by rater and movie id."""
    names = sorted({name for rows in parts.values() for name in rows})
    blank = {name: {} for name in names}
    cells = {kind: blank | rows for kind, rows in parts.items()}
    everything = ratings_of(
        {name: {movie: stars for rows in cells.values() for movie, stars in rows[name].items()} for name in names}
    )
    rows, movie_ids = everything.row_of_each_rating(), everything.movie_ids[everything.movie_indices]

    def part(kind):
        return everything.take(
            np.array([int(movie) in cells[kind][names[row]] for row, movie in zip(rows, movie_ids, strict=True)])
        )

    movies = movies_of(everything.movie_ids.tolist(), [set()] * everything.n_movies)
    return Split(movies=movies, **{kind: part(kind) for kind in cells})


def values(algorithm, split, *measures):
    sums = measure(algorithm, {"": split}, measures).conditions[""]
    return dict(
        zip(split.test.rater_ids[sums.raters].tolist(), (sums.numerators / sums.denominators).tolist(), strict=True)
    )


TRAIN = {
    "alice": {1: 4},
    "bob": {1: 3, 2: 4, 3: 2},
    "charlie": {1: 5, 2: 3, 4: 5},
    "dora": {2: 5, 1: 3, 3: 4},
}


def test_lists_of_popularity_by_hand():
    """By number of ratings: 1 (4), 2 (3), 3 (2), 4 (1). Alice's list is 2, 3, 4; nobody can be shown 6."""
    split = toy(train=TRAIN, test={"alice": {3: 5, 4: 2, 6: 5}})
    wanted = [of_lists("ndcg", 10, how) for how in ("liked", "rated")]
    wanted += [of_lists("recall", 10, how) for how in ("liked", "rated")]
    liked, rated, recall_liked, recall_rated = values(Popularity(), split, *wanted)[1]
    log = np.log2
    assert liked == pytest.approx((1 / log(3)) / (1 + 1 / log(3)))  # of 3 and 6
    assert rated == pytest.approx((1 / log(3) + 1 / log(4)) / (1 + 1 / log(3) + 1 / log(4)))
    assert (recall_liked, recall_rated) == (pytest.approx(1 / 2), pytest.approx(2 / 3))


def test_movies_of_the_validation_part_are_on_no_list():
    test, liked = {"alice": {3: 5}}, of_lists("mrr", 10, "liked")
    assert values(Popularity(), toy(train=TRAIN, test=test), liked)[1] == [pytest.approx(1 / 2)]
    without = toy(train=TRAIN, test=test, not_listed={"alice": {2: 4}})
    assert values(Popularity(), without, liked)[1] == [1]
    assert values(Median(popularity_weight=1e3), without, liked)[1] == [1]  # a model that is asked one by one


def test_raters_without_a_relevant_movie_are_left_out():
    split = toy(train=TRAIN, test={"alice": {3: 2}, "bob": {4: 5}})
    sums = measure(Popularity(), {"": split}, [of_lists("ndcg", 10, "liked")]).conditions[""]
    assert sums.denominators.ravel().tolist() == [0, 1]
    assert sums.numerators.ravel().tolist() == [0, 1]


def test_who_has_no_ratings_yet_is_measured_by_the_mean_of_everybody():
    """Signed gains need a mean: it is 3.8 stars, so 5 stars gain and 2 stars are disliked."""
    train = {name: rows for name, rows in TRAIN.items() if name != "alice"}
    split = toy(train=train, test={"alice": {1: 5, 2: 2}}, folded_in={"bob": {}})
    regret, hit_stars, _ = values(Popularity(), split, *GAIN_MEASURES)[1]
    mean = split.train.half_stars.mean() / 2
    assert (regret, hit_stars) == (0.5, pytest.approx((5 + 2 - 2 * mean) / 2))


def test_intervals_hold_what_lies_between_their_bounds():
    split = split_ratings(RATINGS, MOVIES, seed=2)
    sums = measure(Mean(), {"": split}, [INTERVALS]).conditions[""]
    model = Mean().fit(split.train, split.movies)
    held = 0
    for row in sums.raters:
        known, asked = (slice(*part.rater_indptr[row : row + 2]) for part in (split.train, split.test))
        profile = model.fold_in(split.train.movie_indices[known], split.train.half_stars[known])
        low, high = model.interval(profile, split.test.movie_indices[asked])
        stars = split.test.half_stars[asked] / 2
        held += np.count_nonzero((low <= stars) & (stars <= high))
    assert sums.numerators.sum() == held
    assert sums.denominators.sum() == split.test.n_ratings


@pytest.mark.parametrize("name", ["mean", "ease"])
def test_an_evaluation_measures_the_same(name):
    split = split_ratings(RATINGS, MOVIES, seed=4)
    measures = (*RATING_MEASURES, of_lists("ndcg", 10, "liked"), of_lists("capped_recall", 20, "liked"), *GAIN_MEASURES)
    sums = measure(ALGORITHMS[name], {"": split}, measures, seed=1).conditions[""]
    unit = evaluate_unit(ALGORITHMS[name], split, seed=1)
    columns = [column for column, (stratum, metric) in enumerate(COLUMNS) if stratum == "all" and metric != "novelty"]
    np.testing.assert_allclose(sums.numerators, unit.numerators[:, columns], atol=1e-9)
    np.testing.assert_allclose(sums.denominators, unit.denominators[:, columns])


@pytest.mark.parametrize("protocol", list(PROTOCOLS))
@pytest.mark.parametrize("name", ["popularity", "median", "tag_ls", "als", "ease", "hybrid"])
def test_every_kind_of_algorithm_goes_through_every_protocol(protocol, name):
    chosen = PROTOCOLS[protocol]
    splits = next(iter(chosen.rounds(RATINGS, MOVIES, 0)))
    measured = measure(ALGORITHMS.get(name, Popularity()), splits, chosen.measures)
    for sums in measured.conditions.values():
        assert np.isfinite(sums.numerators).all()
        assert (sums.denominators.sum(axis=0) > 0)[[each.name != INTERVALS.name for each in chosen.measures]].all()


def test_a_fit_is_saved_and_read_as_it_was():
    chosen = PROTOCOLS["new-members"]
    measured = measure(Mean(), next(iter(chosen.rounds(RATINGS, MOVIES, 0))), chosen.measures)
    again = Measured.from_arrays(measured.to_arrays())
    assert (list(again.conditions), again.seconds) == (list(measured.conditions), measured.seconds)
    for name, sums in measured.conditions.items():
        np.testing.assert_array_equal(again.conditions[name].numerators, sums.numerators)
        np.testing.assert_array_equal(again.conditions[name].raters, sums.raters)
