"""Workers, counts by day, drift and the audit; drift is measured once a day."""

import json

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

NAME = "Measure drift"


def offer(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule").objects
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    if tasks.filter(name=NAME).exists():
        return
    when = {"minute": "30", "hour": "2", "day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}
    crontab = crontabs.filter(**when, timezone="UTC").first() or crontabs.create(**when, timezone="UTC")
    tasks.create(
        name=NAME, crontab=crontab, task="recommender.tasks.jobs.start_job", kwargs=json.dumps({"kind": "drift"}),
        description="Compares the ratings of the last week with what the models in service learned from.",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0015_fold_tags'),
        ('django_celery_beat', '0019_alter_periodictasks_options'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('name', models.CharField(max_length=128, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name='job',
            name='request_id',
            field=models.CharField(blank=True, db_default='', default='', help_text='the request that started it, as logs name it', max_length=64),
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('import', 'Import'), ('snapshot', 'Snapshot'), ('title_index', 'Title index'), ('train', 'Train'), ('tune', 'Tune'), ('evaluate', 'Evaluate'), ('similar_movies', 'Similar movies'), ('retrain', 'Retrain'), ('tmdb', 'TMDB metadata'), ('drift', 'Drift')], max_length=32),
        ),
        migrations.CreateModel(
            name='DayCount',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'name', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('name', models.CharField(choices=[('lists', 'Lists served'), ('ratings', 'Ratings')], max_length=16)),
                ('count', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('count__gte', 0)), name='day_count_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='DriftReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measured_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('week_ends_at', models.DateTimeField(null=True)),
                ('n_ratings', models.IntegerField(default=0)),
                ('figures', models.JSONField(default=list)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='recommender.job')),
            ],
            options={
                'ordering': ('-pk',),
                'get_latest_by': 'pk',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('who', models.CharField(max_length=150)),
                ('verb', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=64)),
                ('object_id', models.CharField(max_length=64)),
                ('what', models.CharField(max_length=200)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('request_id', models.CharField(blank=True, default='', max_length=64)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'audit entries',
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['kind', 'object_id', '-id'], name='audit_entry_of_object')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('verb', ''), _negated=True), models.Q(('who', ''), _negated=True)), name='audit_entry_says_who_and_what')],
            },
        ),
        migrations.RunPython(offer, migrations.RunPython.noop),
    ]
