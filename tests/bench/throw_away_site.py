"""A throw-away installation for benchmarks that need a database."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from movierec_site import embedded


@contextmanager
def throw_away_site() -> Iterator[Path]:
    """Set Django up on an empty, migrated database that is gone afterwards; give its data folder."""
    with tempfile.TemporaryDirectory(prefix="movierec-bench-") as folder:
        data_dir = Path(folder)
        with embedded.serve(data_dir, throw_away=True) as server:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "movierec_site.settings",
                "DATABASE_URL": server.url,
                "MOVIEREC_DATA_DIR": folder,
                "SECRET_KEY": "only for benchmarks",
                "HTTPS": "0",
                "LOG_LEVEL": "WARNING",
                "OPENBLAS_NUM_THREADS": "1",  # as movierec_site sets it
            }
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            yield data_dir
            from django.db import connections

            connections.close_all()
