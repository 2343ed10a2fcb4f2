"""Gunicorn's settings, from the environment and the machine (docs/settings.md)."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from movierec_site import env, logs
from movierec_site.processes import counts_folder
from movierec_site.processes.machine import n_cores

try:
    bind = f"{env.text('HOST') or '127.0.0.1'}:{env.number('PORT', 8000, low=1, high=65535)}"
    workers = env.number("WEB_WORKERS", min(max(n_cores(), 2), 8), low=1)
    threads = env.number("WEB_THREADS", 4, low=1)
except ImproperlyConfigured as wrong:
    sys.exit(str(wrong))
worker_class = "movierec_site.web_worker.Worker"  # gthread, but slow connections hold no thread
preload_app = True  # one import for all workers; their memory is shared until written to
timeout = 60
graceful_timeout = 3
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - heartbeats must not wait for a disk
accesslog = "-" if os.environ.get("WEB_ACCESS_LOG") == "1" and not logs.is_json() else None
errorlog = "-"
if logs.is_json():
    logconfig_dict = logs.of_gunicorn()

# All web processes count in files of one folder, and the one that Prometheus asks adds them up. The folder must be
# there before anything counts, so before the site is imported.
counts_folder.make(worker_tmp_dir)


def on_exit(server):
    """Forget the counts."""
    counts_folder.remove()


def child_exit(server, worker):
    """Keep what a process that has gone counted."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def post_fork(server, worker):
    """Give each worker database connections of its own."""
    from django.db import connections

    connections.close_all()


def post_worker_init(worker):
    """Load models and indexes before the first visitor asks for them."""
    from recommender.services.lists import warming
    from recommender.services.monitoring import day_counts

    warming.in_background()
    day_counts.in_background()


def worker_exit(server, worker):
    """Save what has been counted since the last minute."""
    from recommender.services.monitoring import day_counts

    day_counts.save()
