"""The ids that a row of an import gives, by which a film that the catalogue lacks is looked up."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0021_tmdb_facts'),
    ]

    operations = [
        migrations.AddField('ratingimportrow', 'imdb_id', models.IntegerField(null=True)),
        migrations.AddField('ratingimportrow', 'tmdb_id', models.IntegerField(null=True)),
    ]
