"""People and credits, and what IMDb says of movies."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0019_duplicates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
                ('folded_name', models.CharField(max_length=512)),
                ('imdb_id', models.IntegerField(blank=True, null=True, unique=True)),
                ('born', models.SmallIntegerField(blank=True, null=True)),
                ('n_votes', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'people',
            },
        ),
        migrations.CreateModel(
            name='Credit',
            fields=[
                ('pk', models.CompositePrimaryKey('movie_id', 'work', 'person_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('movie', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='credits', to='recommender.movie')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='credits', to='recommender.person')),
                ('work', models.SmallIntegerField(choices=[(1, 'Director'), (2, 'Writer'), (3, 'Cast')])),
                ('place', models.SmallIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='movie',
            name='imdb_mean',
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='movie',
            name='imdb_titles',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=512), blank=True, db_default=models.Value([]), default=list, size=None),
        ),
        migrations.AddField(
            model_name='movie',
            name='imdb_votes',
            field=models.IntegerField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('import', 'Import'), ('snapshot', 'Snapshot'), ('title_index', 'Title index'), ('train', 'Train'), ('tune', 'Tune'), ('evaluate', 'Evaluate'), ('similar_movies', 'Similar movies'), ('retrain', 'Retrain'), ('tmdb', 'TMDB metadata'), ('imdb', 'IMDb catalogue'), ('drift', 'Drift')], max_length=32),
        ),
        migrations.AddConstraint(
            model_name='movie',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('imdb_mean', None), ('imdb_votes', None)), models.Q(('imdb_mean__isnull', False), ('imdb_mean__range', (1, 10)), ('imdb_votes__gt', 0)), _connector='OR'), name='movie_imdb_votes_and_mean_belong_together'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('folded_name', config='simple'), name='person_words'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='person_name_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('n_votes__gte', 0)), name='person_votes_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='credit',
            constraint=models.CheckConstraint(condition=models.Q(('work__in', (1, 2, 3))), name='credit_work_known'),
        ),
        migrations.AddConstraint(
            model_name='credit',
            constraint=models.CheckConstraint(condition=models.Q(('place__gte', 0)), name='credit_place_not_negative'),
        ),
    ]
