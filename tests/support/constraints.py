"""Attempts to break an invariant of the database."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import IntegrityError, transaction


def refused(constraint: str, write: Callable[[], object]) -> bool:
    """Tell whether the database refuses a write because of a constraint whose name holds this."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    cause = error.value.__cause__
    return isinstance(cause, psycopg.Error) and constraint in (cause.diag.constraint_name or "")
