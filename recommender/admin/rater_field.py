"""A form field for somebody who rates, by what people know them as."""

from typing import Any

from django import forms

from recommender.admin.raters import WHO
from recommender.models import Rater


class RaterField(forms.CharField):
    """Gives a `Rater`, or None where nothing was asked for."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(label="Rater", max_length=254, help_text=f"{WHO}.", required=required)

    def clean(self, value: Any) -> Any:
        """Look the rater up."""
        text = super().clean(value)
        rater = Rater.objects.known_as(text).select_related("user").first() if text else None
        if text and rater is None:
            raise forms.ValidationError(f"There is no rater {text}; a member is one once they have rated a movie.")
        return rater
