"""Error messages of jobs: one sentence and, where the cause is known, what to do."""

import errno

from django.conf import settings
from psycopg.errors import DiskFull

from recommender.services.storage.outages import storage_errors

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: BaseException) -> bool:
    """Tell whether the database's disk is full, in which case trying again would only fail again."""
    return isinstance(error.__cause__, DiskFull)


def sentence(error: BaseException) -> str:
    """Return the error's message, or its type if it has none."""
    if isinstance(error, OSError) and error.errno in FULL:
        return f"The worker's disk is full ({error.strerror}): free some space for {settings.DATA_DIR}, then retry."
    if is_full(error):
        return f"The disk of PostgreSQL is full ({str(error).strip()}): free some space there, then retry."
    if isinstance(error, storage_errors()) and not isinstance(error, OSError):
        return f"Artifact storage fails ({error}): check ARTIFACT_BUCKET and AWS_ENDPOINT_URL, then retry."
    return str(error).strip() or type(error).__name__
