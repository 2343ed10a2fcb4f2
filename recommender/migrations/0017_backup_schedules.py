"""Offer a nightly backup and a weekly drill, off: they need BACKUP_TARGET."""

from django.db import migrations

SCHEDULES = (
    ("Nightly backup", "2", "*", "recommender.back_up",
     "Backs up to BACKUP_TARGET. Off until you enable it."),
    ("Weekly restore drill", "7", "0", "recommender.drill",
     "Restores the newest backup into an empty installation and compares. Off until you enable it."),
)


def offer(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    for name, hour, weekday, task, description in SCHEDULES:
        if tasks.filter(name=name).exists():
            continue
        when = {"minute": "0", "hour": hour, "day_of_week": weekday, "day_of_month": "*", "month_of_year": "*"}
        crontab = crontabs.filter(**when, timezone="UTC").first() or crontabs.create(**when, timezone="UTC")
        tasks.create(name=name, crontab=crontab, task=task, enabled=False, description=description)


class Migration(migrations.Migration):
    dependencies = [("recommender", "0016_monitoring")]

    operations = [migrations.RunPython(offer, migrations.RunPython.noop)]
