"""/metrics for Prometheus, and what measures every request for it."""

import hmac
import os
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from time import perf_counter
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from recommender.services import metrics
from recommender.services.monitoring.figures import Database

BEARER = "Bearer "
NO_ROUTE = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REFUSED = (
    "Metrics are for addresses in METRICS_ADDRESSES, or for requests with METRICS_TOKEN as their bearer token; "
    "behind a proxy, set TRUST_PROXY so that addresses are known.\n"
)


def scrape(request: HttpRequest) -> HttpResponse:
    """Return what all web processes have counted, and the figures of the database."""
    if not _may_read(request):
        return HttpResponse(REFUSED, status=HTTPStatus.FORBIDDEN, content_type="text/plain; charset=utf-8")
    registry = CollectorRegistry(auto_describe=False)
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(Database())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Queries:
    """Counts the queries of a request and the time they take."""

    __slots__ = ("n", "seconds")

    def __init__(self) -> None:
        self.n, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        started = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.n += 1
            self.seconds += perf_counter() - started


def measured(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Time a request and count its queries, by the pattern of its address (a middleware)."""
    children: dict[tuple[str, str, int], tuple[Any, ...]] = {}  # finding them by their labels would take longer

    def counters(route: str, method: str, status: int) -> tuple[Any, ...]:
        found = children.get((route, method, status))
        if found is None:
            found = children[route, method, status] = (
                metrics.REQUEST_SECONDS.labels(route, method),
                metrics.RESPONSES.labels(route, str(status)),
                metrics.QUERIES.labels(route),
                metrics.QUERY_SECONDS.labels(route),
            )
        return found

    def middleware(request: HttpRequest) -> HttpResponse:
        started, queries = perf_counter(), _Queries()
        with connection.execute_wrapper(queries):
            response = get_response(request)
        route = request.resolver_match.route if request.resolver_match else NO_ROUTE
        method = request.method if request.method in METHODS else "other"
        seconds, responses, n_queries, query_seconds = counters(route, str(method), response.status_code)
        seconds.observe(perf_counter() - started)
        responses.inc()
        if queries.n:
            n_queries.inc(queries.n)
            query_seconds.inc(queries.seconds)
        return response

    return middleware


def _may_read(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and given.startswith(BEARER):
        return hmac.compare_digest(given.removeprefix(BEARER).encode(), settings.METRICS_TOKEN.encode())
    if "X-Forwarded-For" in request.headers and not settings.TRUST_PROXY:
        return False  # everybody comes from the proxy's address
    try:
        address = ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return False
    return any(address in network for network in settings.METRICS_ADDRESSES)
