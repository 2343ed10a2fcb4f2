"""What TMDB knows of movies: collections, keywords, certifications, where to watch; and the country of a member."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0020_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.IntegerField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name='Keyword',
            fields=[
                ('id', models.IntegerField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.IntegerField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name='Availability',
            fields=[
                ('pk', models.CompositePrimaryKey('movie_id', 'country', 'kind', 'provider_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('country', models.CharField(max_length=2)),
                ('kind', models.SmallIntegerField(choices=[(1, 'Stream'), (2, 'Free'), (3, 'With ads'), (4, 'Rent'), (5, 'Buy')])),
                ('place', models.SmallIntegerField()),
                ('movie', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='availability', to='recommender.movie')),
                ('provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='recommender.provider')),
            ],
            options={
                'verbose_name_plural': 'availability',
            },
        ),
        migrations.CreateModel(
            name='Certification',
            fields=[
                ('pk', models.CompositePrimaryKey('movie_id', 'country', blank=True, editable=False, primary_key=True, serialize=False)),
                ('country', models.CharField(max_length=2)),
                ('name', models.CharField(max_length=16)),
                ('movie', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='certifications', to='recommender.movie')),
            ],
        ),
        migrations.CreateModel(
            name='MovieKeyword',
            fields=[
                ('pk', models.CompositePrimaryKey('movie_id', 'keyword_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('keyword', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='recommender.keyword')),
                ('movie', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='recommender.movie')),
            ],
        ),
        migrations.AddField(
            model_name='movie',
            name='backdrop_path',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='movie',
            name='countries',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, db_default=models.Value([]), default=list, size=None),
        ),
        migrations.AddField(
            model_name='movie',
            name='metadata_format',
            field=models.SmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='movie',
            name='original_language',
            field=models.CharField(blank=True, db_default='', default='', max_length=2),
        ),
        migrations.AddField(
            model_name='movie',
            name='spoken_languages',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, db_default=models.Value([]), default=list, size=None),
        ),
        migrations.AddField(
            model_name='movie',
            name='tagline',
            field=models.CharField(blank=True, db_default='', default='', max_length=512),
        ),
        migrations.AddField(
            model_name='movie',
            name='trailer',
            field=models.CharField(blank=True, db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='person',
            name='tmdb_id',
            field=models.IntegerField(blank=True, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='preferences',
            name='country',
            field=models.CharField(blank=True, db_default='', default='', max_length=2),
        ),
        migrations.AddConstraint(
            model_name='preferences',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^([A-Z]{2})?$')), name='preferences_country_is_a_code'),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='collection_name_not_empty'),
        ),
        migrations.AddField(
            model_name='movie',
            name='collection',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='movies', to='recommender.collection'),
        ),
        migrations.AddIndex(
            model_name='movie',
            index=models.Index(condition=models.Q(('collection__isnull', False)), fields=['collection'], name='movie_collection'),
        ),
        migrations.AddConstraint(
            model_name='movie',
            constraint=models.CheckConstraint(condition=models.Q(('trailer__regex', '^[A-Za-z0-9_-]*$')), name='movie_trailer_is_a_key'),
        ),
        migrations.AddField(
            model_name='keyword',
            name='movies',
            field=models.ManyToManyField(related_name='keywords', through='recommender.MovieKeyword', to='recommender.movie'),
        ),
        migrations.AddConstraint(
            model_name='provider',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='provider_name_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='certification',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='certification_country_is_a_code'),
        ),
        migrations.AddConstraint(
            model_name='certification',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='certification_name_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='keyword',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='keyword_name_not_empty'),
        ),
        migrations.AddIndex(
            model_name='availability',
            index=models.Index(models.F('provider'), models.F('country'), models.F('movie'), name='availability_of_provider'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='availability_country_is_a_code'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', (1, 2, 3, 4, 5))), name='availability_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.CheckConstraint(condition=models.Q(('place__gte', 0)), name='availability_place_not_negative'),
        ),
    ]
