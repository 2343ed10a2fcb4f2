"""What a user has chosen for themselves; imported raters never have a row here."""

from django.db import models

from recommender.models.rater import Rater


class Preferences(models.Model):
    """The choices of one rater that follow them from device to device."""

    rater = models.OneToOneField(Rater, on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    algorithm = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"preferences of {self.rater}"
