"""Offer a nightly retrain, off, and keep house once a day. What an admin has changed or removed stays so."""

import json

from django.db import migrations
from django.utils import timezone

TASKS = "recommender.tasks.jobs"
SCHEDULES = (
    ("Nightly retrain", "3", f"{TASKS}.start_job", {"kind": "retrain"}, False,
     "Trains what is in service again; what ranks worse stays out of service. Off until you enable it."),
    ("Remove old model versions", "5", f"{TASKS}.remove_old_versions", {}, True,
     "Keeps artifact storage within MODEL_VERSIONS_KEPT and ARTIFACT_BUDGET."),
    ("Clean up after jobs", "6", f"{TASKS}.clean_up_jobs", {}, True,
     "Removes the files that finished jobs have left."),
    ("Forget old impressions", "4", "recommender.forget_old_impressions", {}, True,
     "Deletes what lists showed longer ago than IMPRESSION_RETENTION_DAYS."),
)


def offer(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    # A beat that has never seen a time of change takes the first one it sees for old, and misses that change.
    apps.get_model("django_celery_beat", "PeriodicTasks").objects.get_or_create(
        ident=1, defaults={"last_update": timezone.now()}
    )
    for name, hour, task, arguments, enabled, description in SCHEDULES:
        if tasks.filter(name=name).exists():
            continue
        when = {"minute": "0", "hour": hour, "day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
        crontab = crontabs.filter(**when, timezone="UTC").first() or crontabs.create(**when, timezone="UTC")
        tasks.create(
            name=name, crontab=crontab, task=task, kwargs=json.dumps(arguments), enabled=enabled, description=description
        )


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0010_impressions"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(offer, migrations.RunPython.noop)]
