"""The Django project: every process of the site imports it first, however it is started."""

import os

# OpenBLAS reads this when NumPy is imported, which nothing has done yet. Requests and chunks of jobs bring thousands of
# small matrices, for which BLAS threads would only wait for each other; a training says how many threads it uses.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from movierec_site.celery import app as celery_app

__all__ = ["celery_app"]
