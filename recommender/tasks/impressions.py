"""Daily housekeeping of impressions."""

from celery import shared_task


@shared_task(name="recommender.forget_old_impressions", time_limit=3600)
def forget_old_impressions() -> None:
    """Stop an experiment that has run for too long, then delete impressions past the retention limit."""
    from recommender.services.experiments import experiments, impressions  # they import numerical libraries

    experiments.stop_overdue()
    impressions.forget_old_impressions()
