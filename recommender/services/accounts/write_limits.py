"""How much a user may write: enough for quick fingers and programs, too little to fill a disk."""

import time
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db import connection

# One statement, so that requests at the same time all count.
COUNT_ONE_MORE = """
INSERT INTO recommender_writecount AS held (user_id, kind, stretch, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (user_id, kind) DO UPDATE
SET count = CASE WHEN held.stretch = excluded.stretch THEN held.count + 1 ELSE 1 END, stretch = excluded.stretch
RETURNING count
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` writes in each stretch of `seconds`."""

    count: int
    seconds: int


LIMITS: Final = {
    "rating": Limit(240, 60),
    "mark": Limit(240, 60),
    "follow": Limit(240, 60),
    "tag": Limit(120, 60),
    "import": Limit(240, 60),
    "upload": Limit(20, 600),
    "invitation": Limit(30, 600),
    "lookup": Limit(20, 600),
    "import_lookup": Limit(200, 600),
}


def count(*, user: User, kind: str) -> bool:
    """Count a write and return whether it is still within the limit."""
    limit = LIMITS[kind]
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ONE_MORE, [user.pk, kind, int(time.time()) // limit.seconds])
        (n_written,) = cursor.fetchone()
    return bool(n_written <= limit.count)
