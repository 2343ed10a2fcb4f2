"""A form field for a rater, given by number, e-mail address or user name."""

from typing import Any

from django import forms

from recommender.admin.raters import WHO
from recommender.models import Rater


class RaterField(forms.CharField):
    """Returns a `Rater`, or None if the field was left empty."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(label="Rater", max_length=254, help_text=f"{WHO}.", required=required)

    def clean(self, value: Any) -> Any:
        """Look the rater up."""
        text = super().clean(value)
        rater = Rater.objects.known_as(text).select_related("user").first() if text else None
        if text and rater is None:
            raise forms.ValidationError(
                f"There is no rater {text}; members become raters when they rate their first movie."
            )
        return rater
