from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommender", "0005_jobs")]

    operations = [
        migrations.AddField(
            model_name="movie", name="last_rated_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddIndex(
            model_name="movie",
            index=models.Index(
                models.F("last_rated_at").desc(),
                models.F("id"),
                condition=models.Q(("last_rated_at__isnull", False)),
                name="movie_recently_rated",
            ),
        ),
    ]
