"""Long answers, written in one go."""

from django.http import HttpResponse
from pydantic import BaseModel


def as_json(body: BaseModel) -> HttpResponse:
    """Return a body as it is: ninja makes dictionaries of it first, which takes longer than the rest of the writing."""
    return HttpResponse(body.model_dump_json(), content_type="application/json; charset=utf-8")
