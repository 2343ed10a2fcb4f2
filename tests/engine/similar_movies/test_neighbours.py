"""Similar movies: the definition's check values, its tuning, the blend, and what a fit promises."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.similar_movies import neighbours as engine
from recommender.engine.similar_movies.boost import (
    DEFAULT_LIMIT,
    DEFAULT_POINT,
    co_rating_sums,
    common_raters_boost,
    genre_masks,
    tune,
)
from recommender.engine.similar_movies.neighbours import (
    Comparison,
    Neighbours,
    SimilarMovies,
    centred_levels,
    movie_ranges,
)

COSINE = SimilarMovies(n=3, measure="cosine", limit=0.2, point=10)


def two_circles(seed: int = 0) -> RatingMatrix:
    """Ratings of 40 movies by two circles: one watches and likes the lower twenty, the other the upper twenty."""
    rng = np.random.default_rng(seed)
    raters, movies = np.nonzero(
        rng.random((50, 40)) < np.where(np.arange(50)[:, None] % 2 == np.arange(40) // 20, 0.7, 0.2)
    )
    half_stars = np.where(raters % 2 == movies // 20, 9, 3) + rng.integers(-1, 2, raters.size)
    return RatingMatrix.from_triples(raters, movies + 1, half_stars)


def without_genres(ratings: RatingMatrix) -> MovieFeatures:
    return MovieFeatures.empty(ratings.movie_ids)


def with_genres(genres: list[list[int]]) -> MovieFeatures:
    table = np.array(genres, dtype=np.float32)
    features = MovieFeatures.empty(np.arange(1, len(genres) + 1, dtype=np.int32))
    names = tuple(f"genre {k}" for k in range(table.shape[1]))
    return MovieFeatures(features.movie_ids, features.years, names, csr_array(table), (), *[features.tag_indices] * 3)


def test_it_knows_the_check_values_of_its_reference_pair(dataset_dir: Path) -> None:
    rows = np.loadtxt(dataset_dir / "ratings.csv", delimiter=",", skiprows=1, usecols=(0, 1, 2))
    ratings = RatingMatrix.from_triples(rows[:, 0].astype(int), rows[:, 1].astype(int), np.rint(rows[:, 2] * 2))
    first, second = np.searchsorted(ratings.movie_ids, [1196, 1210])
    if "MOVIELENS_DATA" in os.environ and ratings.n_raters == 610:
        common, dot, squares, other_squares = co_rating_sums(ratings, int(first))[second]
        assert common == 162
        assert dot / np.sqrt(squares * other_squares) == pytest.approx(0.98702, abs=1e-5)
        assert dot / np.sqrt(squares * other_squares) * common_raters_boost(0.216, 162)[162] == pytest.approx(
            1.2, abs=1e-3
        )
        assert 1210 in SimilarMovies(measure="cosine").fit(ratings, without_genres(ratings)).of(1196)[:2]
    assert SimilarMovies().fit(ratings, without_genres(ratings)).neighbours.max() < ratings.n_movies


def test_its_boost_rises_to_its_limit_at_its_point() -> None:
    boost = common_raters_boost(0.5, 40)
    np.testing.assert_allclose(boost[:4], 1)
    assert (np.diff(boost[3:]) > 0).all()
    assert boost[40] == pytest.approx(1.5)
    assert boost.size == 41


@pytest.mark.parametrize("algorithm", [COSINE, SimilarMovies(n=3)])
def test_it_finds_the_movies_of_the_same_circle(algorithm: SimilarMovies) -> None:
    ratings = two_circles()
    neighbours = algorithm.fit(ratings, without_genres(ratings), n_threads=2).neighbours
    assert ((neighbours // 20 == np.arange(40)[:, None] // 20) | (neighbours < 0)).mean() > 0.9


def test_it_lists_only_movies_that_share_half_of_the_genres_of_the_one_with_fewer() -> None:
    stars = np.tile([6, 8, 10, 4], 4)
    ratings = RatingMatrix.from_triples(np.tile(np.arange(4), 4), np.repeat(np.arange(1, 5), 4), stars)
    movies = with_genres([[1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
    found = COSINE.fit(ratings, movies)
    assert [found.of(movie) for movie in (1, 2, 3, 4)] == [[2, 4], [1, 3, 4], [2, 4], [1, 2, 3]]


def test_it_keeps_the_most_frequent_genres_where_there_are_more_than_a_mask_holds() -> None:
    masks = genre_masks(with_genres([[1] * 70, [1] + [0] * 69]))
    assert int(masks[0]).bit_count() == 64
    assert int(masks[1]).bit_count() == 1


def test_it_tunes_until_the_second_of_the_pair_is_among_the_top_two() -> None:
    # Bob's circle of four gives movies 3 and 4 exactly alice's taste in 1; only 2 has many raters in common with it.
    rng = np.random.default_rng(0)
    common = rng.integers(4, 11, 60)
    rows = [(rater, 1, stars) for rater, stars in enumerate(common)]
    rows += [(rater, 2, max(stars - rater % 2, 1)) for rater, stars in enumerate(common)]
    rows += [(rater, movie, common[rater]) for movie in (3, 4) for rater in range(4)]
    ratings = RatingMatrix.from_triples(*np.array(rows).T)
    limit, point = tune(ratings, without_genres(ratings), (1, 2))
    assert point == 60
    assert limit > 0
    assert 2 not in SimilarMovies(measure="cosine", limit=0, point=60).fit(ratings, without_genres(ratings)).of(1)[:2]
    tuned = SimilarMovies(measure="cosine", reference_pair=(1, 2)).fit(ratings, without_genres(ratings))
    assert 2 in tuned.of(1)[:2]


@pytest.mark.parametrize("pair", [(1, 99), (98, 99)])
def test_it_takes_known_values_when_the_reference_pair_is_missing(pair: tuple[int, int]) -> None:
    ratings = two_circles()
    assert tune(ratings, without_genres(ratings), pair) == (DEFAULT_LIMIT, DEFAULT_POINT)


def test_it_centres_ratings_on_the_raters_mean() -> None:
    ratings = RatingMatrix.from_triples([1, 1, 2, 2], [1, 2, 1, 2], [10, 1, 7, 7])
    assert centred_levels(ratings).tolist() == [36, 0, -36, 0]


def test_it_knows_no_neighbours_of_a_movie_it_does_not_know() -> None:
    neighbours = Neighbours(np.array([2, 5], dtype=np.int32), np.array([[1], [-1]], dtype=np.int32), np.zeros((2, 1)))
    assert neighbours.of(2) == [5]
    assert neighbours.of(5) == neighbours.of(3) == neighbours.of(9) == []


def test_it_is_rebuilt_from_its_arrays() -> None:
    ratings = two_circles()
    neighbours = COSINE.fit(ratings, without_genres(ratings))
    assert Neighbours.from_arrays(neighbours.to_arrays()).of(7) == neighbours.of(7) != []


@pytest.mark.parametrize("algorithm", [COSINE, SimilarMovies(n=3)])
@pytest.mark.parametrize("n_co_ratings", [1, 500, 3_000, 10**9])
def test_ranges_in_any_order_give_the_same_bytes(
    algorithm: SimilarMovies, n_co_ratings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ratings = two_circles()
    whole = algorithm.fit(ratings, without_genres(ratings), n_threads=2)
    monkeypatch.setattr(engine, "PAIRS_PER_BLOCK", 400)
    comparison = Comparison.of(ratings, without_genres(ratings), algorithm)
    ranges = movie_ranges(ratings, n_co_ratings)
    assert [first for first, _ in ranges] == [0, *(last for _, last in ranges[:-1])]
    found = {first: comparison.neighbours_of(first, last, n_threads=1) for first, last in reversed(ranges)}
    assert b"".join(found[first][0].tobytes() for first in sorted(found)) == whole.neighbours.tobytes()
    assert b"".join(found[first][1].tobytes() for first in sorted(found)) == whole.scores.tobytes()


def test_it_stops_when_the_progress_callback_raises() -> None:
    def cancel(share: float) -> None:
        raise KeyboardInterrupt

    ratings = two_circles()
    with pytest.raises(KeyboardInterrupt):
        COSINE.fit(ratings, without_genres(ratings), on_progress=cancel)


def test_it_gives_nothing_for_no_ratings() -> None:
    ratings = RatingMatrix.from_triples([], [], [], catalogue=[1, 2])
    assert SimilarMovies().fit(ratings, without_genres(ratings)).of(1) == []
