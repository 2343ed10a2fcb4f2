"""All screens; importing them registers them."""

from recommender.admin import experiments, jobs, model_versions, movies, raters, users

__all__ = ["experiments", "jobs", "model_versions", "movies", "raters", "users"]
