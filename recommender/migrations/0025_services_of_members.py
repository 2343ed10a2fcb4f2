"""The services on which members watch movies."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0024_follows'),
    ]

    operations = [
        migrations.AddField(
            model_name='preferences',
            name='services',
            field=models.ManyToManyField(blank=True, related_name='preferences_with', to='recommender.provider'),
        ),
    ]
