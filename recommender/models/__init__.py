"""The data: one file per model family."""

from recommender.models.job import Job
from recommender.models.mark import Mark
from recommender.models.model_version import ModelVersion
from recommender.models.movie import Genre, Movie
from recommender.models.rater import Rater
from recommender.models.rating import Rating
from recommender.models.tag import MovieTag, Tag, TagApplication

__all__ = ["Genre", "Job", "Mark", "ModelVersion", "Movie", "MovieTag", "Rater", "Rating", "Tag", "TagApplication"]
