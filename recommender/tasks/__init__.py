"""Celery tasks: load by id, call one service, nothing else."""

from recommender.tasks import jobs, worker

__all__ = ["jobs", "worker"]
