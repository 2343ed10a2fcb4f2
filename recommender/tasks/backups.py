"""What a schedule starts to back up, and to prove that the newest backup can be restored."""

import logging

from celery import shared_task
from django.conf import settings

from recommender.services.backups import BackupError

logger = logging.getLogger(__name__)


@shared_task(name="recommender.back_up")
def back_up_to_target() -> None:
    """Make a backup in BACKUP_TARGET."""
    from recommender.services.backups.backup import back_up  # imports numerical libraries

    try:
        made = back_up(settings.BACKUP_TARGET)
    except BackupError as error:
        logger.error("The scheduled backup failed: %s", error)
    else:
        logger.info("Backed up to %s.", made.address)


@shared_task(name="recommender.drill")
def drill_newest_backup() -> None:
    """Restore the newest backup in BACKUP_TARGET into an empty installation, and compare."""
    from recommender.services.backups.drill import drill  # imports numerical libraries

    try:
        found = drill(settings.BACKUP_TARGET)
    except BackupError as error:
        logger.error("The scheduled drill failed: %s", error)
        return
    for problem in found.problems:
        logger.error("The drill of %s found a difference: %s", found.address, problem)
    if not found.problems:
        logger.info("%s can be restored.", found.address)
