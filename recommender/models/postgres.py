"""Features of PostgreSQL: arrays in conditions, estimated counts, the names of violated constraints."""

from typing import Any

import psycopg
from django.db import IntegrityError, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(Lookup):
    """``AnyOf(F("pk"), [1, 2, 3])``: passes the numbers as one array, where `__in` passes each as a parameter."""

    prepare_rhs = False

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Return PostgreSQL's comparison with the elements of an array."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, self.rhs]


ESTIMATES = """
SELECT relname, GREATEST(reltuples, 0)::bigint FROM pg_class
WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace
"""


def estimated_counts(*counted: type[models.Model]) -> dict[type[models.Model], int]:
    """Return the row count of each table at its last VACUUM or ANALYZE, in one query; 0 if there was none yet."""
    tables = {model._meta.db_table: model for model in counted}
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATES, [list(tables)])
        found = dict(cursor.fetchall())
    return {model: found.get(table, 0) for table, model in tables.items()}


def violates(error: IntegrityError, constraint: str) -> bool:
    """Tell whether an error comes from the constraint of this name."""
    return isinstance(error.__cause__, psycopg.Error) and error.__cause__.diag.constraint_name == constraint
