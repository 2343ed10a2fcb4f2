"""The figures that CloudWatch scales workers by and gives alarms on; one process publishes those of jobs for all."""

import json
import logging
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import Error, connection

from recommender.services.aws.lifecycle import QUICKLY
from recommender.services.jobs import backlog

logger = logging.getLogger(__name__)
Figures = dict[str, tuple[float, str]]
INTERVAL = 30.0
LOCK = 0x6D6F7669
"""The advisory lock of the process that publishes the figures of jobs."""
RELEASED_AFTER = 120
"""Seconds after which the database takes the lock from a machine that has vanished."""


def of_jobs() -> Figures:
    """Return the value and unit of each metric of jobs."""
    state = backlog.job_state()
    return {
        "QueuedSeconds": (sum(backlog.queued_seconds().values()), "Seconds"),
        "BusyWorkers": (float(state.busy_workers), "Count"),
        "QueueAge": (state.queue_age, "Seconds"),
        "FailedJobs": (float(state.failed_jobs), "Count"),
    }


def of_this_machine() -> Figures:
    """Return how long ago a restore drill was good; only the machine that runs them has the file with the result."""
    file = Path(settings.DATA_DIR) / "operations" / "drill.json"
    try:
        last_good = datetime.fromisoformat(json.loads(file.read_text())["last_good_at"])
        return {"RestoreDrillAge": ((datetime.now(UTC) - last_good).total_seconds(), "Seconds")}
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or none has been good yet
        return {}


class Publisher:
    """Publishes figures of jobs while it holds the lock, which it keeps as long as its database connection lives."""

    def __init__(self) -> None:
        self._holds_lock = False

    def publish(self) -> bool:
        """Publish what this process is to publish now; return whether there was anything."""
        try:
            figures = of_this_machine() | (of_jobs() if self._is_ours() else {})
            data = [{"MetricName": name, "Value": value, "Unit": unit} for name, (value, unit) in figures.items()]
            if data:
                self._client.put_metric_data(Namespace=settings.CLOUDWATCH_NAMESPACE, MetricData=data)
        except (Error, BotoCoreError, ClientError) as error:
            logger.warning("The figures could not be published; another process may try: %s", error)
            self.close()
            return False
        return bool(data)

    def close(self) -> None:
        """Let another process publish the figures of jobs."""
        self._holds_lock = False
        connection.close()

    def _is_ours(self) -> bool:
        if not self._holds_lock:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('idle_session_timeout', %s, false)", [f"{RELEASED_AFTER}s"])
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                self._holds_lock = cursor.fetchone()[0]
        return self._holds_lock

    @cached_property
    def _client(self) -> Any:
        return boto3.client("cloudwatch", config=QUICKLY)
