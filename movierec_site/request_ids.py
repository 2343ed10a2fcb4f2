"""The id of a request in all its log lines, and in its answer, so that somebody can say which one went wrong."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from movierec_site import logs

HEADER = "X-Request-ID"
MAX_LENGTH = 64


class RequestIds(RequestMiddleware):
    """django-structlog's middleware; without its lines about each request it need not make them up, which is slow."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._logs_requests = logs.logs_requests()

    def prepare(self, request: HttpRequest) -> None:
        """Give the request its id: the proxy's if we trust it, else a new one."""
        clear_contextvars()
        if self._logs_requests:
            super().prepare(request)
            return
        given = request.headers.get(HEADER, "") if settings.TRUST_PROXY else ""
        bind_contextvars(request_id=given[:MAX_LENGTH] or str(uuid4()))

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """Name the id in the answer."""
        response.headers[HEADER] = str(get_contextvars()["request_id"])[:MAX_LENGTH]
        if self._logs_requests:
            super().handle_response(request, response)

    def process_got_request_exception(self, sender: type[Any], request: HttpRequest, **kwargs: Any) -> None:
        """Leave the line about an error to Django, which has the id, too."""
