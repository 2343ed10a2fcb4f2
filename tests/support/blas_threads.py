"""Say how many threads BLAS has in a worker: `python -m celery -A movierec_site worker --include` this module."""

import logging

import numpy as np  # noqa: F401 - BLAS is there only when NumPy is
from celery.signals import worker_process_init
from threadpoolctl import threadpool_info

BLAS_THREADS = "BLAS threads: "


def most_blas_threads() -> int:
    """Return the number of threads of BLAS; NumPy and SciPy may each have one of their own."""
    return max(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")


@worker_process_init.connect(weak=False)
def say_blas_threads(**_: object) -> None:
    """Log it in every process of the pool."""
    logging.getLogger("celery").warning("%s%d", BLAS_THREADS, most_blas_threads())
