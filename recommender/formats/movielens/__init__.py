"""MovieLens releases, of every layout, as arrays."""

from recommender.formats.movielens.dataset import Dataset, Movies, RatingTriples, TagTriples
from recommender.formats.movielens.reader import OnProgress, read_catalogue, read_dataset
from recommender.formats.movielens.release import DatasetError

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
