"""The data: one file per model family."""

from recommender.models.experiment import Experiment
from recommender.models.impression import Impression, Outcome
from recommender.models.job import Job, JobLogLine
from recommender.models.job_chunk import JobChunk
from recommender.models.mark import Mark
from recommender.models.model_version import Activation, ModelVersion
from recommender.models.movie import Genre, Movie
from recommender.models.rater import Preferences, Rater
from recommender.models.rating import Rating
from recommender.models.rating_import import RatingImport, RatingImportRow
from recommender.models.session import Session
from recommender.models.tag import MovieTag, Tag, TagApplication

__all__ = [
    "Activation",
    "Experiment",
    "Genre",
    "Impression",
    "Job",
    "JobChunk",
    "JobLogLine",
    "Mark",
    "ModelVersion",
    "Movie",
    "MovieTag",
    "Outcome",
    "Preferences",
    "Rater",
    "Rating",
    "RatingImport",
    "RatingImportRow",
    "Session",
    "Tag",
    "TagApplication",
]
