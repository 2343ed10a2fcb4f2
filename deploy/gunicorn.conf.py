"""Gunicorn's settings, from the environment and the machine (docs/settings.md)."""

import os

from movierec_site.processes.machine import n_cores

# Requests bring small matrices: BLAS threads would only wait for each other. Read when NumPy is imported, after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_WORKERS") or min(max(n_cores(), 2), 8))
threads = int(os.environ.get("WEB_THREADS") or 4)
worker_class = "gthread"
preload_app = True  # one import for all workers; their memory is shared until written to
timeout = 60
graceful_timeout = 3
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - heartbeats must not wait for a disk
accesslog = "-" if os.environ.get("WEB_ACCESS_LOG") == "1" else None
errorlog = "-"


def post_fork(server, worker):
    """Give each worker database connections of its own."""
    from django.db import connections

    connections.close_all()


def post_worker_init(worker):
    """Load models and indexes before the first visitor asks for them."""
    from recommender.services.lists import warming

    warming.in_background()
