"""Celery tasks: load by id, call one service, nothing else."""

from recommender.tasks import backups, impressions, jobs, worker

__all__ = ["backups", "impressions", "jobs", "worker"]
