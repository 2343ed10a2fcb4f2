"""Celery tasks: load by id, call one service, nothing else."""

from recommender.tasks import impressions, jobs

__all__ = ["impressions", "jobs"]
