"""The data: one file per model family."""

from recommender.models.job import Job
from recommender.models.model_version import ModelVersion
from recommender.models.movie import Genre, Movie
from recommender.models.rater import Rater
from recommender.models.rating import Rating
from recommender.models.rating_import import RatingImport, RatingImportRow
from recommender.models.session import Session
from recommender.models.tag import MovieTag, Tag, TagApplication

__all__ = [
    "Genre",
    "Job",
    "ModelVersion",
    "Movie",
    "MovieTag",
    "Rater",
    "Rating",
    "RatingImport",
    "RatingImportRow",
    "Session",
    "Tag",
    "TagApplication",
]
