"""The schedules of backup and drill: offered, off, and they do what they say."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django_celery_beat.models import PeriodicTask

from movierec_site.celery import app as celery_app
from recommender.services.backups import record, results

offer = import_module("recommender.migrations.0017_backup_schedules").offer


@pytest.mark.django_db
def test_both_are_offered_and_off() -> None:
    PeriodicTask.objects.all().delete()
    offer(apps, None)
    assert dict(PeriodicTask.objects.values_list("name", "enabled")) == {
        "Nightly backup": False,
        "Weekly restore drill": False,
    }
    PeriodicTask.objects.update(enabled=True)
    offer(apps, None)
    assert PeriodicTask.objects.filter(enabled=True).count() == 2
    celery_app.loader.import_default_modules()
    assert {row.task for row in PeriodicTask.objects.all()} <= set(celery_app.tasks)


@pytest.mark.django_db(transaction=True)
def test_they_back_up_and_drill(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "N_LISTS", 3)
    settings.BACKUP_TARGET = str(tmp_path)
    celery_app.tasks["recommender.back_up"]()
    celery_app.tasks["recommender.drill"]()
    assert results.last("backup")["ok"]
    assert results.last("drill")["ok"], results.last("drill")
    assert results.last("drill")["source"] == results.last("backup")["source"]


@pytest.mark.django_db(transaction=True)
def test_a_schedule_without_a_target_is_told_to_the_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.BACKUP_TARGET = ""
    celery_app.tasks["recommender.back_up"]()
    celery_app.tasks["recommender.drill"]()
    assert caplog.text.count("Say where backups are: a folder or s3://bucket/prefix, or set BACKUP_TARGET.") == 2
    assert not results.last("drill")["ok"]
