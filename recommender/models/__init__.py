"""The data: one file per model family."""

from recommender.models.experiment import Experiment
from recommender.models.impression import Impression, Outcome
from recommender.models.job import Job
from recommender.models.mark import Mark
from recommender.models.model_version import ModelVersion
from recommender.models.movie import Genre, Movie
from recommender.models.rater import Rater
from recommender.models.rating import Rating
from recommender.models.tag import MovieTag, Tag, TagApplication

__all__ = [
    "Experiment",
    "Genre",
    "Impression",
    "Job",
    "Mark",
    "ModelVersion",
    "Movie",
    "MovieTag",
    "Outcome",
    "Rater",
    "Rating",
    "Tag",
    "TagApplication",
]
