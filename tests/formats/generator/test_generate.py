"""Generated datasets look like MovieLens, and there is something to learn in them."""

from pathlib import Path

import numpy as np
import pytest

from recommender.formats.generator.generate import generate, generate_ratings
from recommender.formats.movielens import read_dataset

SMALL = {"n_raters": 200, "n_movies": 300, "n_ratings": 8_000}


def test_it_writes_a_release_that_can_be_read(tmp_path: Path) -> None:
    generate(tmp_path / "made-up", **SMALL, seed=1)
    dataset = read_dataset(tmp_path / "made-up")
    assert (len(dataset.movies), len(dataset.ratings)) == (300, 8_000)
    assert np.unique(dataset.ratings.rater_ids).size == 200
    assert 100 < len(dataset.tags) < 1_000
    assert [entry.name for entry in tmp_path.iterdir()] == ["made-up"]


def test_it_gives_everybody_at_least_twenty_ratings() -> None:
    counts = np.bincount(generate_ratings(**SMALL, seed=2).rater_ids)[1:]
    assert counts.min() >= 20
    assert counts.max() > 2 * np.median(counts)


def test_it_makes_a_few_movies_popular() -> None:
    ratings = generate_ratings(n_raters=2_000, n_movies=3_000, n_ratings=100_000, seed=3)
    counts = np.sort(np.bincount(ratings.movie_ids, minlength=3_001))[::-1]
    assert counts[:300].sum() > 0.4 * 100_000
    assert counts[0] < 0.7 * 2_000


def test_it_uses_the_whole_scale() -> None:
    half_stars = generate_ratings(**SMALL, seed=4).half_stars
    shares = np.bincount(half_stars, minlength=11) / half_stars.size
    assert shares[0] == 0
    assert 6 < half_stars.mean() < 8
    assert (shares[3:] > 0.01).all()


def test_it_repeats_itself_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("first", 5), ("second", 5), ("third", 6)):
        generate(tmp_path / name, **SMALL, seed=seed)
    for file in ("movies.csv", "ratings.csv", "tags.csv", "links.csv"):
        first, second, third = ((tmp_path / name / file).read_bytes() for name in ("first", "second", "third"))
        assert first == second
        assert first != third or file == "links.csv"


def test_it_writes_the_ratings_it_returns(tmp_path: Path) -> None:
    generate(tmp_path / "made-up", **SMALL, seed=7)
    written, returned = read_dataset(tmp_path / "made-up").ratings, generate_ratings(**SMALL, seed=7)
    for name in ("rater_ids", "movie_ids", "half_stars", "rated_at"):
        np.testing.assert_array_equal(getattr(written, name), getattr(returned, name))


def test_it_uses_the_titles_of_a_catalogue(tmp_path: Path) -> None:
    rows = "".join(f'{movie * 7},"Film {movie}, The (Le film) (19{movie:02})",Drama|War\n' for movie in range(10, 60))
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n" + rows)
    out = tmp_path / "out" / "made-up"
    generate(out, n_raters=30, n_movies=40, n_ratings=700, catalogue=tmp_path / "movies.csv", seed=0)
    movies = read_dataset(out).movies
    assert movies.movie_ids.tolist() == [movie * 7 for movie in range(10, 50)]
    assert (movies.titles[0], movies.years[0], movies.genres[0]) == ("The Film 10", 1910, ("Drama", "War"))
    assert movies.alternative_titles[0] == ("Le film",)


def test_it_has_movies_whose_titles_differ(tmp_path: Path) -> None:
    generate(tmp_path / "made-up", n_raters=20, n_movies=5_000, n_ratings=400, seed=0)
    movies = read_dataset(tmp_path / "made-up").movies
    assert len(set(zip(movies.titles, movies.years.tolist(), strict=True))) == 5_000
    assert all(movies.genres)


def test_it_knows_that_taste_beats_the_average() -> None:
    """Raters of similar taste agree more on held-out movies than raters do on average."""
    ratings = generate_ratings(n_raters=300, n_movies=60, n_ratings=12_000, seed=8)
    stars = np.full((300, 61), np.nan)
    stars[ratings.rater_ids - 1, ratings.movie_ids] = ratings.half_stars / 2
    residual = stars - np.nanmean(stars, axis=1, keepdims=True)
    residual = np.nan_to_num(residual[:, 1:] - np.nanmean(residual[:, 1:], axis=0))
    likeness = residual[:, :30] @ residual[:, :30].T
    np.fill_diagonal(likeness, 0)
    agreement = residual[:, 30:] @ residual[:, 30:].T
    assert np.corrcoef(likeness.ravel(), agreement.ravel())[0, 1] > 0.05


@pytest.mark.parametrize(("n_raters", "n_movies", "n_ratings"), [(10, 10, 101), (10, 10, 9), (0, 10, 10), (10, 0, 10)])
def test_it_refuses_impossible_sizes(tmp_path: Path, n_raters: int, n_movies: int, n_ratings: int) -> None:
    with pytest.raises(ValueError, match=rf"{n_raters} raters and {n_movies} movies"):
        generate(tmp_path / "made-up", n_raters=n_raters, n_movies=n_movies, n_ratings=n_ratings)
    assert not list(tmp_path.iterdir())


def test_it_can_fill_every_cell() -> None:
    ratings = generate_ratings(n_raters=10, n_movies=10, n_ratings=100, seed=0)
    assert np.unique(ratings.rater_ids * 100 + ratings.movie_ids).size == 100


def test_it_leaves_nothing_behind_when_cancelled(tmp_path: Path) -> None:
    def cancel(_share: float, _message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "made-up", **SMALL, on_progress=cancel)
    assert not list(tmp_path.iterdir())
