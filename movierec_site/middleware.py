"""What holds for every request: probes, NUL bytes, caches, the API's errors and methods, and full disks."""

import errno
import json
import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed, JsonResponse
from django.urls import resolve
from django.utils.cache import patch_vary_headers
from psycopg.errors import DiskFull

logger = logging.getLogger(__name__)
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
GetResponse = Callable[[HttpRequest], HttpResponse]
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
API, V1 = "/api/", "/api/v1/"
PRIVATE = (API, "/accounts/", "/account/", "/admin/")
NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)
SENTENCES = {
    400: "The request could not be read.",
    403: "The request was refused: its CSRF token is missing or wrong.",
    404: "There is no such address.",
    405: "This address does not answer to this method.",
    500: "The server made a mistake; it has been logged.",
}


def probes(get_response: GetResponse) -> GetResponse:
    """Answer machines that watch the site before anything else: under any host name, without TLS, session or database.

    Put it first.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info not in PROBES:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(("GET", "HEAD"))
        answer: HttpResponse = resolve(request.path_info).func(request)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return middleware


def headers(get_response: GetResponse) -> GetResponse:
    """Forbid browser features that no page uses, and keep private answers out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if response.headers.get("Cache-Control", "").startswith("public"):
            return response
        if request.path.startswith(PRIVATE) or settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
            patch_vary_headers(response, ("Cookie",))
        return response

    return middleware


def api(get_response: GetResponse) -> GetResponse:
    """Answer HEAD and OPTIONS under /api/v1/, and errors under /api/ as JSON whatever went wrong."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API):
            return get_response(request)
        if request.path.startswith(V1) and request.method == "HEAD":
            return _without_body(request, get_response)
        response = get_response(request)
        if request.path.startswith(V1) and request.method == "OPTIONS" and response.status_code == 405:
            return HttpResponse(status=204, headers={"Allow": _also_answered(response.headers["Allow"])})
        return _as_json(response)

    return middleware


def refuse_nul_bytes(get_response: GetResponse) -> GetResponse:
    """Refuse NUL bytes, which PostgreSQL cannot store and no text of a person contains."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _has_nul(request):
            sentence = "The request contains a NUL byte; leave it out."
            return (
                JsonResponse({"detail": sentence}, status=422)
                if request.path.startswith(API)
                else (HttpResponseBadRequest(sentence, content_type="text/plain; charset=utf-8"))
            )
        return get_response(request)

    return middleware


def full_disk(get_response: GetResponse) -> GetResponse:
    """Say that a disk is full or read-only, in one sentence to the visitor and one line in the log."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        disk_is_full = isinstance(error.__cause__, DiskFull)
        if not disk_is_full and not (isinstance(error, OSError) and error.errno in UNWRITABLE):
            return None
        place = "PostgreSQL's disk" if disk_is_full else f"{getattr(error, 'filename', None) or settings.DATA_DIR}"
        logger.error("Nothing can be written to %s: %s. Free some space, or move MOVIEREC_DATA_DIR.", place, error)
        sentence = "The site cannot save anything at the moment. Nothing was changed; try again later."
        if request.path.startswith(API):
            return JsonResponse({"detail": sentence}, status=503)
        return HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _has_nul(request: HttpRequest) -> bool:
    if "\0" in request.path or _any_nul(request.COOKIES.items()) or _any_nul(request.GET.lists()):
        return True
    if request.content_type == FORM:
        return _any_nul(request.POST.lists())
    return request.content_type == JSON and bool(NUL_IN_JSON.search(request.body) or b"\0" in request.body)


def _any_nul(pairs: Iterable[tuple[str, str | list[str]]]) -> bool:
    return any("\0" in name or "\0" in "".join(value) for name, value in pairs)


def _without_body(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    request.method = "GET"
    response = _as_json(get_response(request))
    request.method = "HEAD"
    if response.streaming:  # never begun, so there is nothing to stop
        return HttpResponse(status=response.status_code, headers=dict(response.items()))
    response.headers.setdefault("Content-Length", str(len(response.content)))
    response.content = b""
    return response


def _also_answered(allowed: str) -> str:
    methods = {method.strip() for method in allowed.split(",")}
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


def _as_json(response: HttpResponse) -> HttpResponse:
    """Replace a page about an error by JSON; Allow and other headers stay."""
    status = response.status_code
    if status < 400 or response.headers.get("Content-Type", "").startswith(JSON) or settings.DEBUG:
        return response
    response.content = json.dumps({"detail": SENTENCES.get(status, f"{HTTPStatus(status).phrase}.")}).encode()
    response.headers["Content-Type"] = JSON
    response.headers.pop("Content-Length", None)
    return response
