"""Whom members follow, and whom their imports name."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0023_new_movies'),
    ]

    operations = [
        migrations.AddField(
            model_name='ratingimport',
            name='followed',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), db_default=models.Value([]), default=list, size=None),
        ),
        migrations.AddField(
            model_name='ratingimport',
            name='n_unknown_people',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='ratingimport',
            name='people',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('pk', models.CompositePrimaryKey('rater_id', 'person_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('followed_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='recommender.person')),
                ('rater', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='recommender.rater')),
            ],
            options={
                'indexes': [models.Index(models.F('rater'), models.OrderBy(models.F('followed_at'), descending=True), name='follow_newest_of_rater')],
            },
        ),
    ]
