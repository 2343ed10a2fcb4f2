"""Addresses for load balancers: is the process alive, and can it serve visitors."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from recommender.services.monitoring import readiness


def alive(request: HttpRequest) -> HttpResponse:
    """Answer, and touch nothing: no database, no session, no model."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def ready(request: HttpRequest) -> HttpResponse:
    """Say in JSON how each part is; 503 if visitors cannot be served."""
    found = readiness.current()
    status = HTTPStatus.OK if found.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": found.is_ready, "checks": found.checks}, status=status)
