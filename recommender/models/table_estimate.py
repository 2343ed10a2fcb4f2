"""How many rows a table has, about: counting millions of them takes seconds, what PostgreSQL noted down is there."""

from django.db import connection, models

ESTIMATES = """
SELECT relname, GREATEST(reltuples, 0)::bigint FROM pg_class
WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace
"""


def estimated_counts(*counted: type[models.Model]) -> dict[type[models.Model], int]:
    """Return the rows of each table as of its last vacuum or analyse, in one query; 0 where there was none yet."""
    tables = {model._meta.db_table: model for model in counted}
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATES, [list(tables)])
        found = dict(cursor.fetchall())
    return {model: found.get(table, 0) for table, model in tables.items()}
