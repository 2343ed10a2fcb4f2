"""What log lines look like: plain text, or JSON with the ids of the request and the job that a line belongs to."""

import logging
from typing import Any

import structlog

from movierec_site import env

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
BEFORE = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
RENDERED = (
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.processors.format_exc_info,
    structlog.processors.EventRenamer("message"),
    structlog.processors.JSONRenderer(),
)
FORMATTERS: dict[str, dict[str, Any]] = {
    "CONSOLE": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    "JSON": {"()": structlog.stdlib.ProcessorFormatter, "foreign_pre_chain": BEFORE, "processors": RENDERED},
}


def is_json() -> bool:
    """Return whether LOG_FORMAT asks for JSON lines."""
    return env.choice("LOG_FORMAT", "CONSOLE", tuple(FORMATTERS)) == "JSON"


def configuration() -> dict[str, Any]:
    """Return the configuration of Python's logging, which structlog's loggers use, too."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(is_json())  # or they would be lines of text among the others
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": FORMATTERS["JSON" if is_json() else "CONSOLE"]},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "loggers": {
            "kombu.connection": {"level": "ERROR"},  # it complains about the missing host name in filesystem://
            # It gives requests their ids. Its lines are an access log; errors are logged by Django.
            "django_structlog": {"level": "INFO" if logs_requests() else "CRITICAL"},
        },
        "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", LEVELS)},
    }


def of_gunicorn() -> dict[str, Any]:
    """Return the configuration of gunicorn's own lines, which it would write as text."""
    lines = {"handlers": ["console"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": FORMATTERS["JSON"]},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": logging.INFO},
        "loggers": {"gunicorn.error": lines, "gunicorn.access": lines},
    }


def logs_requests() -> bool:
    """Return whether each request is to be a JSON line; as text, gunicorn writes them."""
    return is_json() and env.flag("WEB_ACCESS_LOG", default=False)
