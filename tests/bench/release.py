"""The MovieLens release that a benchmark measures on."""

import os
import sys
from pathlib import Path

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.formats.movielens import read_dataset
from recommender.services.training.from_dataset import ratings_and_movies


def ratings_of_release() -> tuple[RatingMatrix, MovieFeatures]:
    """Read the release at MOVIELENS_DATA; without one, say what to set."""
    folder = os.environ.get("MOVIELENS_DATA")
    if not folder:
        sys.exit("Set MOVIELENS_DATA to the folder of a MovieLens release.")
    return ratings_and_movies(read_dataset(Path(folder)))
