"""Days of release, the kind of job that adds new movies, and a daily schedule for it, off: it needs TMDB_API_KEY."""

import json

from django.db import migrations, models

NAME = "New movies"
DESCRIPTION = "Adds new and coming movies from TMDB and refreshes what has changed there. Off until you enable it."


def offer(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    if tasks.filter(name=NAME).exists():
        return
    when = {"minute": "30", "hour": "1", "day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
    crontab = crontabs.filter(**when, timezone="UTC").first() or crontabs.create(**when, timezone="UTC")
    start = {"task": "recommender.tasks.jobs.start_job", "kwargs": json.dumps({"kind": "new_movies"})}
    tasks.create(name=NAME, crontab=crontab, enabled=False, description=DESCRIPTION, **start)


class Migration(migrations.Migration):
    dependencies = [("recommender", "0022_ids_in_import_rows")]

    operations = [
        migrations.AddField("movie", "released_on", models.DateField(blank=True, null=True)),
        migrations.AlterField(
            "job",
            "kind",
            models.CharField(
                max_length=32,
                choices=[
                    ("import", "Import"),
                    ("snapshot", "Snapshot"),
                    ("title_index", "Title index"),
                    ("train", "Train"),
                    ("tune", "Tune"),
                    ("evaluate", "Evaluate"),
                    ("similar_movies", "Similar movies"),
                    ("retrain", "Retrain"),
                    ("tmdb", "TMDB metadata"),
                    ("imdb", "IMDb catalogue"),
                    ("new_movies", "New movies"),
                    ("drift", "Drift"),
                ],
            ),
        ),
        migrations.RunPython(offer, migrations.RunPython.noop),
    ]
