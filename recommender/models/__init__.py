"""The data: one file per model family."""

from recommender.models.audit_entry import AuditEntry
from recommender.models.day_count import DayCount
from recommender.models.drift_report import DriftReport
from recommender.models.experiment import Experiment
from recommender.models.follow import Follow
from recommender.models.impression import Impression, Outcome
from recommender.models.job import Job, JobLogLine
from recommender.models.job_chunk import JobChunk
from recommender.models.mark import Mark
from recommender.models.model_version import Activation, ModelVersion
from recommender.models.movie import Collection, Genre, Movie
from recommender.models.movie_facts import Availability, Certification, Keyword, MovieKeyword, Provider
from recommender.models.person import Credit, Person
from recommender.models.rater import Preferences, Rater
from recommender.models.rating import Rating
from recommender.models.rating_import import RatingImport, RatingImportRow
from recommender.models.session import Session
from recommender.models.tag import MovieTag, Tag, TagApplication
from recommender.models.worker import Worker
from recommender.models.write_count import WriteCount

__all__ = [
    "Activation",
    "AuditEntry",
    "Availability",
    "Certification",
    "Collection",
    "Credit",
    "DayCount",
    "DriftReport",
    "Experiment",
    "Follow",
    "Genre",
    "Impression",
    "Job",
    "JobChunk",
    "JobLogLine",
    "Keyword",
    "Mark",
    "ModelVersion",
    "Movie",
    "MovieKeyword",
    "MovieTag",
    "Outcome",
    "Person",
    "Preferences",
    "Provider",
    "Rater",
    "Rating",
    "RatingImport",
    "RatingImportRow",
    "Session",
    "Tag",
    "TagApplication",
    "Worker",
    "WriteCount",
]
