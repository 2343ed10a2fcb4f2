"""How many threads the kernels may use."""

import os

from django.conf import settings


def available() -> int:
    """Return MOVIEREC_THREADS, or the number of processors this process may run on."""
    if settings.N_THREADS:
        return int(settings.N_THREADS)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
