"""The kind of each version: a model, the title index, the similar movies or a snapshot.

Nothing else of a row changes, so code of before that still runs reads what it did. A worker of before cannot register a
title index, similar movies or a snapshot any more: its job fails, and a retry by a newer worker finishes it.
"""

from django.db import migrations, models

FILL = """
UPDATE recommender_modelversion
SET kind = CASE algorithm WHEN 'title_index' THEN 'index' WHEN 'similar_movies' THEN 'neighbours' ELSE 'snapshot' END
WHERE algorithm IN ('title_index', 'similar_movies', 'snapshot')
"""
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
            models.CharField(choices=KINDS, db_default="model", default="model", max_length=16),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "modelversion",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "model"),
                        models.Q(("algorithm__in", ("title_index", "similar_movies", "snapshot")), _negated=True),
                    ),
                    models.Q(("algorithm", "title_index"), ("kind", "index")),
                    models.Q(("algorithm", "similar_movies"), ("kind", "neighbours")),
                    models.Q(("algorithm", "snapshot"), ("kind", "snapshot")),
                    _connector="OR",
                ),
                name="model_version_kind_fits_algorithm",
            ),
        ),
    ]
