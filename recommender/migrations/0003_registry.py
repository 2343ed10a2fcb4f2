"""Activations as rows of their own; artifacts that retention has removed; the thread count of a training."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

BACKFILL = """
INSERT INTO recommender_activation (version_id, activated_at, overrides_rejection)
SELECT id, activated_at, false FROM recommender_modelversion WHERE activated_at IS NOT NULL ORDER BY activated_at, id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0002_cache_table"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("modelversion", "n_threads", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("modelversion", "artifact_removed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "modelversion",
            models.CheckConstraint(
                condition=models.Q(("state", "active"), _negated=True) | models.Q(("artifact_removed_at", None)),
                name="model_version_active_has_artifact",
            ),
        ),
        migrations.CreateModel(
            name="Activation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("activated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("overrides_rejection", models.BooleanField(default=False)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activations",
                        to="recommender.modelversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("undone_by", None), ("undone_at__isnull", False), _connector="OR"),
                        name="activation_undone_by_is_undone",
                    )
                ]
            },
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
