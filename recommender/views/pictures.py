"""Pictures that this site passes on, if IMAGES says so."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from recommender.services.catalogue import pictures

FOR_EVER = "public, max-age=31536000, immutable"
"""A movie that gets another picture gets another address with it."""
SOON_AGAIN = "public, max-age=60"


@require_safe
def picture(request: HttpRequest, size: str, movie_id: int, name: str) -> HttpResponse:
    """Answer with a movie's poster or backdrop, or 404 if it cannot be had."""
    found = pictures.get(movie_id=movie_id, size=size, name=name)
    if found is None:
        missing = "There is no such picture.\n"
        return HttpResponse(missing, status=404, content_type="text/plain", headers={"Cache-Control": SOON_AGAIN})
    return HttpResponse(found.content, content_type=found.content_type, headers={"Cache-Control": FOR_EVER})
