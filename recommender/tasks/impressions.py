"""The daily care for what is recorded of lists."""

from celery import shared_task

from recommender.services import experiments, impressions


@shared_task(name="recommender.forget_old_impressions", time_limit=3600)
def forget_old_impressions() -> None:
    """Store the wins counted so far, then delete what is past the retention limit."""
    experiments.keep_tallies()
    impressions.forget_old_impressions()
