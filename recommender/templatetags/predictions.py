"""How templates write a predicted rating; static/js/prediction.js writes it the same way."""

from django import template
from django.template.defaultfilters import floatformat

from recommender.services.lists.rows import Recommendation

register = template.Library()


@register.filter
def prediction(recommended: Recommendation) -> str:
    """Return "4.8 ± 0.9"; where the end of the scale cuts the interval off, ± is the longer side."""
    stars, interval = round(recommended.predicted_stars, 2), recommended.interval
    if interval is None:
        return floatformat(stars, 1)
    low, high = (round(bound, 2) for bound in interval)
    return f"{floatformat(stars, 1)} ± {floatformat(round(max(high - stars, stars - low), 2), 1)}"
