"""MovieLens releases, of every layout, as arrays."""

from recommender.engine.movielens.dataset import Dataset, Movies, RatingTriples, TagTriples
from recommender.engine.movielens.errors import DatasetError
from recommender.engine.movielens.reader import OnProgress, read_catalogue, read_dataset

__all__ = [
    "Dataset",
    "DatasetError",
    "Movies",
    "OnProgress",
    "RatingTriples",
    "TagTriples",
    "read_catalogue",
    "read_dataset",
]
