"""What a web process counts and times while it works, for Prometheus and for the counts by day.

With PROMETHEUS_MULTIPROC_DIR set (deploy/gunicorn.conf.py does), all web processes count in files that the one which is
asked adds up.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram

SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)

REQUEST_SECONDS = Histogram(
    "movierec_request_seconds", "Time to answer a request", ("route", "method"), buckets=(0.001, 0.0025, *SLOW)
)
RESPONSES = Counter("movierec_responses", "Answers by status", ("route", "status"))
QUERIES = Counter("movierec_queries", "Database queries of requests", ("route",))
QUERY_SECONDS = Counter("movierec_query_seconds", "Time that requests waited for the database", ("route",))
FOLD_IN_SECONDS = Histogram(
    "movierec_fold_in_seconds", "Time to fit a member to their ratings", ("algorithm",), buckets=FAST
)
RANKING_SECONDS = Histogram(
    "movierec_ranking_seconds", "Time to score, filter and order a list", ("algorithm",), buckets=FAST
)
LISTS = Counter("movierec_lists_served", "Lists of recommendations served", ("algorithm",))
RATINGS = Counter("movierec_ratings", "Ratings set or removed by members", ("action",))
MODEL_CACHE = Counter("movierec_model_cache", "Look-ups of loaded models and indexes", ("outcome",))
MODEL_LOAD_SECONDS = Histogram(
    "movierec_model_load_seconds", "Time to load a model or index", ("algorithm",), buckets=SLOW
)

# A look-up is counted in each request, several times; finding the child by its label would take longer than counting.
CACHE_HIT, CACHE_MISS = MODEL_CACHE.labels("hit"), MODEL_CACHE.labels("miss")
RATING_SET, RATING_REMOVED = RATINGS.labels("set"), RATINGS.labels("removed")


@contextmanager
def timed(histogram: Histogram, label: str) -> Iterator[None]:
    """Time a block; one that fails is not counted."""
    started = time.perf_counter()
    yield
    histogram.labels(label).observe(time.perf_counter() - started)


def total(counter: Counter, **labels: str) -> float:
    """Return what this process has counted, over all labels but the given ones."""
    return sum(
        sample.value
        for family in counter.collect()
        for sample in family.samples
        if sample.name.endswith("_total") and labels.items() <= sample.labels.items()
    )
