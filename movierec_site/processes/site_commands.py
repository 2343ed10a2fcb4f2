"""The command lines of the site's processes, and the settings that they inherit."""

import sys

from django.conf import settings


def web() -> list[str]:
    """Return the command of the web server."""
    return [sys.executable, "-m", "gunicorn", "-c", str(settings.SITE_DIR / "gunicorn.conf.py"), "movierec_site.wsgi"]


def worker(n_processes: str, *, hostname: str = "") -> list[str]:
    """Return the command of a worker with so many processes."""
    command = [sys.executable, "-m", "celery", "-A", "movierec_site", "worker", "--pool", "prefork"]
    named = ["--hostname", hostname] if hostname else []
    return [*command, "--concurrency", n_processes, "--prefetch-multiplier", "1", "--loglevel", "INFO", *named]


def beat() -> list[str]:
    """Return the command of the process that starts scheduled jobs."""
    return [sys.executable, "-m", "celery", "-A", "movierec_site", "beat", "--pidfile", "", "--loglevel", "INFO"]


def folders() -> dict[str, str]:
    """Return the settings that name folders, for processes that do not run in our current folder."""
    return {"MOVIEREC_DATA_DIR": str(settings.DATA_DIR), "STATIC_ROOT": str(settings.STATIC_ROOT)}
