"""Celery tasks: load by id, call one service, nothing else."""

from recommender.tasks import impressions, jobs, worker

__all__ = ["impressions", "jobs", "worker"]
