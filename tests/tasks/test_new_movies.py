"""The schedule of new movies: offered, off, kept as an admin has left it, and it starts the job."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django_celery_beat.models import PeriodicTask

from movierec_site.celery import app as celery_app
from recommender import migrations
from recommender.models import Job

FILE = next(Path(migrations.__path__[0]).glob("*_new_movies.py"))
offer = import_module(f"recommender.migrations.{FILE.stem}").offer
pytestmark = pytest.mark.django_db


def test_it_is_offered_once_and_off() -> None:
    PeriodicTask.objects.all().delete()
    offer(apps, None)
    scheduled = PeriodicTask.objects.get()
    assert (scheduled.name, scheduled.enabled, scheduled.crontab.hour) == ("New movies", False, "1")
    PeriodicTask.objects.update(enabled=True)
    offer(apps, None)
    assert PeriodicTask.objects.get().enabled


def test_it_starts_the_job(notified: list[int]) -> None:
    PeriodicTask.objects.all().delete()
    offer(apps, None)
    celery_app.loader.import_default_modules()
    scheduled = PeriodicTask.objects.get()
    celery_app.tasks[scheduled.task](**json.loads(scheduled.kwargs))
    assert Job.objects.get().kind == Job.Kind.NEW_MOVIES
