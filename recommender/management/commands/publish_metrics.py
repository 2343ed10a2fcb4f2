"""Publish the figures of jobs to CloudWatch until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from recommender.services.aws.figures import INTERVAL, Publisher


class Command(BaseCommand):
    """Any number of machines may run it; the database lets one of them publish."""

    help = "Publish queued seconds and other figures of jobs to CloudWatch every 30 seconds."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CLOUDWATCH_NAMESPACE:
            raise CommandError("CLOUDWATCH_NAMESPACE is empty; set it to a name for the metrics, such as movierec.")
        told_to_stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told_to_stop.set())
        publisher, n_published = Publisher(), 0
        while True:
            n_published += publisher.publish()
            if told_to_stop.wait(INTERVAL):
                break
        publisher.close()
        self.stdout.write(f"Published the figures of jobs {n_published} times.")
