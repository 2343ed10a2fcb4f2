"""Celery tasks: load by id, call one service, nothing else."""

from recommender.tasks import jobs

__all__ = ["jobs"]
