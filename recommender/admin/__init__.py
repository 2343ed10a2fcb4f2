"""The admin: a file per screen."""

from recommender.admin import jobs, model_versions, movies

__all__ = ["jobs", "model_versions", "movies"]
