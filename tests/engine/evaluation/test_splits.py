"""Hold-out splits leak nothing."""

import numpy as np
import pytest

from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import split_ratings
from tests.support.sample import movies_of, sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)


def pairs(ratings):
    rows = ratings.row_of_each_rating()
    return set(zip(rows.tolist(), ratings.movie_indices.tolist(), ratings.half_stars.tolist(), strict=True))


@pytest.mark.parametrize("kind", ["random", "temporal"])
def test_train_and_test_are_disjoint_parts_of_the_ratings(kind):
    split = split_ratings(RATINGS, MOVIES, kind=kind, seed=3)
    assert not pairs(split.train) & pairs(split.test)
    assert pairs(split.train) | pairs(split.test) <= pairs(RATINGS)
    for part in (split.train, split.test):
        np.testing.assert_array_equal(part.rater_ids, RATINGS.rater_ids)
        np.testing.assert_array_equal(part.movie_ids, RATINGS.movie_ids)


@pytest.mark.parametrize("kind", ["random", "temporal"])
def test_every_rater_keeps_four_fifths(kind):
    split = split_ratings(RATINGS, MOVIES, kind=kind)
    counts = RATINGS.rater_counts()
    np.testing.assert_array_equal(split.train.rater_counts(), counts - np.rint(counts * 0.2))


@pytest.mark.parametrize("kind", ["random", "temporal"])
def test_every_test_movie_occurs_in_train(kind):
    sparse = RATINGS.take(np.random.default_rng(0).random(RATINGS.n_ratings) < 0.3)
    split = split_ratings(sparse, MOVIES, kind=kind)
    assert (split.train.movie_counts()[split.test.movie_indices] > 0).all()
    assert split.train.n_ratings + split.test.n_ratings < sparse.n_ratings


def test_the_same_seed_gives_the_same_split_and_another_seed_another():
    one, same, other = (pairs(split_ratings(RATINGS, MOVIES, seed=seed).test) for seed in (1, 1, 2))
    assert one == same != other


def test_a_temporal_split_holds_out_the_last_ratings_of_each_rater():
    split = split_ratings(RATINGS, MOVIES, kind="temporal")
    for rater in range(RATINGS.n_raters):
        before = split.train.rated_at[split.train.rater_indptr[rater] : split.train.rater_indptr[rater + 1]]
        after = split.test.rated_at[split.test.rater_indptr[rater] : split.test.rater_indptr[rater + 1]]
        assert not after.size or before.max() <= after.min()


def test_it_hides_the_tags_a_rater_gave_to_a_movie_held_out_for_that_rater():
    ratings = RatingMatrix.from_triples(
        [1] * 10 + [2] * 10, [*range(10)] * 2, [5] * 20, [*range(10), *range(9, -1, -1)]
    )
    tags = [(rater, movie, f"{rater} on {movie}") for rater in (1, 2) for movie in range(10)]
    split = split_ratings(ratings, movies_of(list(range(10)), [{"Drama"}] * 10, tags), kind="temporal")
    seen = {split.movies.tag_names[tag] for tag in split.movies.tag_indices}
    hidden = {"1 on 8", "1 on 9", "2 on 0", "2 on 1"}
    assert seen == {tag for _, _, tag in tags} - hidden


def test_it_refuses_a_temporal_split_without_times():
    untimed = RatingMatrix.from_triples([1, 1], [1, 2], [5, 6])
    with pytest.raises(ValueError, match="needs the time of each rating"):
        split_ratings(untimed, MOVIES, kind="temporal")


def test_it_refuses_an_unknown_kind():
    with pytest.raises(ValueError, match="Unknown split 'alphabetical': choose one of random, temporal"):
        split_ratings(RATINGS, MOVIES, kind="alphabetical")
