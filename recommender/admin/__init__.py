"""The admin: a file per screen."""

from recommender.admin import experiments, jobs, model_versions, movies

__all__ = ["experiments", "jobs", "model_versions", "movies"]
