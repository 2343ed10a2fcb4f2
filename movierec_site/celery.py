"""The Celery application: the broker only notifies workers, the jobs are rows in the database."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init
from kombu.transport import TRANSPORT_ALIASES

from movierec_site import telemetry
from movierec_site.processes.children import exit_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "movierec_site.settings")

QUEUE = "movierec"


def transport_options() -> dict[str, Any]:
    """Return what the transport needs besides its URL; create the folders of the filesystem transport.

    A message that is not acknowledged within the visibility timeout is delivered again, which is harmless: its chunk is
    already claimed (ADR 0027).
    """
    from django.conf import settings

    scheme = settings.CELERY_BROKER_URL.partition(":")[0]
    if scheme == "sqs":
        options: dict[str, Any] = {"visibility_timeout": 3600, "wait_time_seconds": 2, "polling_interval": 0.2}
        if settings.SQS_QUEUE_URL:
            options["predefined_queues"] = {QUEUE: {"url": settings.SQS_QUEUE_URL}}
        return options
    if scheme != "filesystem":
        return {"visibility_timeout": 3600}
    folders = {name: settings.BROKER_DIR / name for name in ("messages", "control")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
        "polling_interval": 0.2,
    }


app = Celery("movierec")
if sys.path[0] == os.getcwd():  # noqa: PTH109 - as Celery wrote it
    sys.path.pop(0)  # it puts the current folder first, whose modules need not be ours
app.config_from_object(
    {
        # A worker survives the loss of its broker for any length of time, and continues its current work meanwhile.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_channel_error_retry": True,  # RabbitMQ closes it after half an hour without an acknowledgement
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "task_default_queue": QUEUE,
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 50,
        "worker_hijack_root_logger": False,
        "task_time_limit": 24 * 3600,
        "enable_utc": True,
        "timezone": "UTC",
        "result_expires": None,  # there are no results, so beat need not remove them
        "beat_scheduler": "django_celery_beat.schedulers:DatabaseScheduler",
    }
)


@app.on_configure.connect
def read_django_settings(sender: Celery, **_: Any) -> None:
    """Take the broker from Django's settings when the app is first used, not when it is imported."""
    from django.conf import settings

    sender.conf.broker_url = settings.CELERY_BROKER_URL
    sender.conf.broker_transport_options = transport_options()


# As names, so that a transport is imported only if it is used.
TRANSPORT_ALIASES |= {
    "filesystem": "movierec_site.broker_transports:Folder",
    "sqs": "movierec_site.broker_transports:Queue",
}
app.autodiscover_tasks(["recommender"])
# A busy pool process must not outlive a killed worker, because its chunk is given to another worker.
worker_process_init.connect(exit_with_parent, weak=False)
worker_init.connect(lambda **_: telemetry.start(), weak=False)
