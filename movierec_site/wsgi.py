"""WSGI entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from movierec_site import telemetry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "movierec_site.settings")

telemetry.start()
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - imports all views now, once for all workers, not in the first request

# All of this stays loaded, so the garbage collector need not visit it again: that took 0.1 s of a request now and then,
# and wrote to memory that workers share.
gc.collect()
gc.freeze()
