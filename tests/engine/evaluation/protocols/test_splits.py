"""What each protocol lets algorithms learn from, folds in and asks about."""

from collections import Counter

import numpy as np
import pytest

from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import CannotEvaluate
from recommender.engine.evaluation.protocols import PROTOCOLS
from recommender.engine.evaluation.protocols.left_out_raters import N_GIVEN
from recommender.engine.evaluation.protocols.protocol import fingerprint
from recommender.engine.evaluation.protocols.published_splits import PublishedSplit, published
from tests.support.sample import movies_of, ratings_of, sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
DROPS_UNKNOWN_MOVIES = {"temporal", "strong-generalisation", "new-members"}


def rounds(name, ratings=RATINGS, seed=3):
    return list(PROTOCOLS[name].rounds(ratings, sample_movies(ratings), seed))


def only(name, ratings=RATINGS, seed=3):
    (splits,) = rounds(name, ratings, seed)
    return splits[""]


def pairs(ratings):
    """(rater id, movie id) of every rating."""
    return set(
        zip(
            ratings.rater_ids[ratings.row_of_each_rating()].tolist(),
            ratings.movie_ids[ratings.movie_indices].tolist(),
            strict=True,
        )
    )


def untimed(ratings):
    rows = ratings.rater_ids[ratings.row_of_each_rating()]
    return RatingMatrix.from_triples(
        rows, ratings.movie_ids[ratings.movie_indices], ratings.half_stars, catalogue=ratings.movie_ids
    )


@pytest.mark.parametrize("name", list(PROTOCOLS))
def test_nothing_is_learned_from_what_is_asked_about(name):
    found = rounds(name)
    assert len(found) == PROTOCOLS[name].n_rounds
    for splits in found:
        assert len({id(split.train) for split in splits.values()}) == 1
        for split in splits.values():
            assert not pairs(split.test) & (pairs(split.train) | pairs(split.known))
            assert split.test.n_ratings
            assert np.array_equal(split.known.rater_ids, split.test.rater_ids)
            assert np.array_equal(split.train.movie_ids, split.test.movie_ids)
            if name not in DROPS_UNKNOWN_MOVIES:
                assert pairs(split.train) | pairs(split.test) == pairs(RATINGS)


@pytest.mark.parametrize("name", list(PROTOCOLS))
def test_the_seed_decides(name):
    one, same, other = (
        [fingerprint(splits) for splits in PROTOCOLS[name].rounds(RATINGS, MOVIES, seed)] for seed in (1, 1, 2)
    )
    assert one == same
    assert (one == other) == (name in {"leave-one-out", "temporal"})  # time decides


def test_a_tag_of_somebody_about_a_movie_held_out_for_them_is_not_seen():
    for name in PROTOCOLS:
        for splits in rounds(name):
            for split in splits.values():
                tagged = zip(
                    split.movies.tag_rater_ids.tolist(),
                    RATINGS.movie_ids[split.movies.tag_movie_indices].tolist(),
                    strict=True,
                )
                assert not set(tagged) & pairs(split.test)


def test_stratified_75_holds_out_a_quarter_of_each_movie_and_all_of_a_single_rating():
    """Of n ratings of a movie floor(0.75 n) are for training, as in python_stratified_split by item."""
    split = only("stratified-75")
    counts = RATINGS.movie_counts()
    assert np.array_equal(split.train.movie_counts(), np.floor(0.75 * counts))
    assert np.array_equal(split.train.movie_counts() + split.test.movie_counts(), counts)
    few = ratings_of({"alice": {1: 4, 2: 3}, "bob": {1: 5}, "charlie": {1: 2}, "dora": {1: 1}})
    (splits,) = PROTOCOLS["stratified-75"].rounds(few, movies_of([1, 2], [set(), set()]), 0)
    assert (splits[""].train.movie_counts().tolist(), splits[""].test.movie_counts().tolist()) == ([3, 0], [1, 1])


def test_five_folds_hold_every_rating_out_once():
    tests = [splits[""].test for splits in rounds("five-folds")]
    times = Counter(pair for test in tests for pair in pairs(test))
    assert set(times) == pairs(RATINGS)
    assert set(times.values()) == {1}
    assert max(test.n_ratings for test in tests) - min(test.n_ratings for test in tests) <= 1


def test_leave_one_out_takes_the_last_or_any_one_of_everybody():
    last, anyone = only("leave-one-out"), only("leave-one-out-random")
    for split in (last, anyone):
        assert np.array_equal(split.test.rater_counts(), np.ones(RATINGS.n_raters))
    latest = np.maximum.reduceat(RATINGS.rated_at, RATINGS.rater_indptr[:-1])
    assert np.array_equal(last.test.rated_at, latest)
    assert not np.array_equal(anyone.test.rated_at, latest)


def test_who_has_one_rating_keeps_it():
    few = ratings_of({"alice": {1: 4, 2: 3}, "bob": {1: 5}})
    (splits,) = PROTOCOLS["leave-one-out-random"].rounds(few, movies_of([1, 2], [set(), set()]), 0)
    assert splits[""].test.rater_counts().tolist() == [1, 0]


def test_strong_generalisation_asks_about_a_fifth_of_raters_the_model_has_never_seen():
    split = only("strong-generalisation")
    asked = np.flatnonzero(split.test.rater_counts())
    assert asked.size == RATINGS.n_raters // 5
    assert not set(split.train.rater_ids) & set(RATINGS.rater_ids[asked])
    assert split.train.n_raters == RATINGS.n_raters - asked.size
    everything = (split.test.rater_counts() + split.folded_in.rater_counts())[asked]
    assert np.array_equal(split.test.rater_counts()[asked], np.floor(0.2 * everything))
    assert (split.train.movie_counts()[split.test.movie_indices] > 0).all()


def test_every_rater_is_a_new_member_once_and_is_asked_the_same_whatever_is_given():
    found = rounds("new-members")
    measured = [
        np.flatnonzero((splits["0 in time"].test.rater_counts() > 0) | (splits["0 at random"].test.rater_counts() > 0))
        for splits in found
    ]
    assert sorted(np.concatenate(measured)) == list(range(RATINGS.n_raters))
    for splits in found:
        assert list(splits) == [f"{n} {order}" for order in ("in time", "at random") for n in N_GIVEN]
        for order in ("in time", "at random"):
            nothing_given = splits[f"0 {order}"].test
            for n_given in N_GIVEN:
                split = splits[f"{n_given} {order}"]
                asked = np.flatnonzero(split.test.rater_counts())
                assert set(split.folded_in.rater_counts()[asked]) <= {n_given}
                assert np.array_equal(split.test.rater_counts()[asked], nothing_given.rater_counts()[asked])
                assert pairs(split.test) <= pairs(nothing_given)


def test_the_first_ratings_in_time_are_given_and_the_last_asked_about():
    for splits in rounds("new-members"):
        split = splits["5 in time"]
        for rater in np.flatnonzero(split.test.rater_counts()):
            given, asked = (
                part.rated_at[part.rater_indptr[rater] : part.rater_indptr[rater + 1]]
                for part in (split.folded_in, split.test)
            )
            assert given.max() <= asked.min()


def test_ratings_without_times_are_new_members_at_random_only_and_cannot_be_split_by_time():
    ratings = untimed(RATINGS)
    assert list(rounds("new-members", ratings)[0]) == [f"{n} at random" for n in N_GIVEN]
    for name in ("leave-one-out", "temporal"):
        with pytest.raises(CannotEvaluate, match="the time of each rating, and these ratings have none"):
            rounds(name, ratings)


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if name != "temporal"])
def test_too_few_ratings_are_refused(name):
    few = RatingMatrix.from_triples([1], [1], [8], [100])
    with pytest.raises(CannotEvaluate, match=r"too few raters|nothing to hold out"):
        list(PROTOCOLS[name].rounds(few, sample_movies(few), 0))


def test_a_published_split_is_taken_as_it_is():
    part = np.arange(RATINGS.n_ratings) % 3
    split = PublishedSplit(part == 0, part == 2, part == 1)
    (splits,) = published([split], RATINGS, MOVIES)
    taken = splits[""]
    assert pairs(taken.train) == pairs(RATINGS.take(part == 0))
    assert pairs(taken.test) == pairs(RATINGS.take(part == 2))
    assert pairs(taken.not_listed) == pairs(RATINGS.take(part == 1))
    with pytest.raises(CannotEvaluate, match="nothing to hold out"):
        list(published([PublishedSplit(part == 9, part == 2)], RATINGS, MOVIES))
