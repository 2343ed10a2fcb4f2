import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0006_last_rated_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='Preferences',
            fields=[
                ('rater', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preferences', serialize=False, to='recommender.rater')),
                ('algorithm', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'verbose_name_plural': 'preferences',
            },
        ),
    ]
