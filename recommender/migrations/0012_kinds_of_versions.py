"""The kind of each version: a model, the title index, the similar movies or a snapshot.

PostgreSQL computes it from the algorithm, for rows that are there and for those that the previous release still inserts.
"""

from django.db import migrations, models
from django.db.models import Case, Value, When

KINDS = [
    ("model", "Model"),
    ("index", "Title index"),
    ("neighbours", "Similar movies"),
    ("snapshot", "Snapshot"),
]


class Migration(migrations.Migration):
    dependencies = [("recommender", "0011_schedules")]

    operations = [
        migrations.AddField(
            "modelversion",
            "kind",
            models.GeneratedField(
                choices=KINDS,
                db_persist=True,
                expression=Case(
                    When(algorithm="title_index", then=Value("index")),
                    When(algorithm="similar_movies", then=Value("neighbours")),
                    When(algorithm="snapshot", then=Value("snapshot")),
                    default=Value("model"),
                ),
                output_field=models.CharField(choices=KINDS, max_length=16),
            ),
        ),
    ]
