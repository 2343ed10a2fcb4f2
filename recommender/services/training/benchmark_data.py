"""The ratings of a benchmark: of a release on disk, without raters and movies of few ratings if that is wanted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.evaluation import CannotEvaluate
from recommender.formats.movielens import DatasetError, read_dataset
from recommender.services.training.from_dataset import ratings_and_movies

Release = tuple[RatingMatrix, MovieFeatures]


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Ratings and movies with a name for people."""

    name: str
    ratings: RatingMatrix
    movies: MovieFeatures


def name_of(folder: Path) -> str:
    """Return the name of a folder or zip."""
    return folder.resolve().stem if folder.is_file() else folder.resolve().name


def release(folder: Path, *, required: bool) -> Release | None:
    """Read a release; a folder without one is None unless it is required."""
    try:
        return ratings_and_movies(read_dataset(folder))
    except DatasetError:
        if required or not folder.is_dir() or any(folder.glob("movies.*")) or (folder / "u.item").exists():
            raise
        return None


def prepared(folder: Path, found: Release, lowest_stars: float, core: int) -> Data:
    """Drop ratings below some stars, then raters and movies with fewer ratings than `core` until none is left.

    Raises
    ------
    CannotEvaluate
        If no ratings are left.
    """
    ratings, movies = found
    keep = ratings.half_stars >= 2 * lowest_stars
    while True:
        kept = ratings.take(keep)
        enough = kept.rater_counts() >= core, kept.movie_counts() >= core
        still = keep & enough[0][ratings.row_of_each_rating()] & enough[1][ratings.movie_indices]
        if np.array_equal(still, keep):
            break
        keep = still
    if not kept.n_ratings:
        raise CannotEvaluate(f"{name_of(folder)} has no ratings left with --at-least and --core.")
    if not keep.all():
        kept = _without_empty_rows(kept)
    return Data(name_of(folder), kept, movies)


def _without_empty_rows(ratings: RatingMatrix) -> RatingMatrix:
    """Return the ratings with a row for everyone who has one; the movies stay, with nobody's ratings."""
    return RatingMatrix.from_triples(
        ratings.rater_ids[ratings.row_of_each_rating()],
        ratings.movie_ids[ratings.movie_indices],
        ratings.half_stars,
        ratings.rated_at,
        catalogue=ratings.movie_ids,
    )
