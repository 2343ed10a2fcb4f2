"""Jobs that tune an algorithm."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommender", "0002_cache_table")]
    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("import", "Import"),
                    ("title_index", "Title index"),
                    ("train", "Train"),
                    ("tune", "Tune"),
                    ("similar_movies", "Similar movies"),
                ],
                max_length=32,
            ),
        ),
    ]
