"""The Django app."""

from django.apps import AppConfig


class RecommenderConfig(AppConfig):
    """Movies, ratings, jobs and models."""

    name = "recommender"
    default_auto_field = "django.db.models.BigAutoField"
