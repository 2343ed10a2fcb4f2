"""What a backup remembers of the site, so that a drill can tell whether a restored one is the same."""

from typing import Any

from django.db import connection

from recommender.models import Rater
from recommender.services.backups import database
from recommender.services.lists import served_model
from recommender.services.lists.recommendations import make_list
from recommender.services.lists.served_model import TooFewRatings, UnknownAlgorithm
from recommender.services.lists.steps import said_by

N_LISTS = 100
N_MEMBERS = 50
"""How many of them are of users of this site; the others are imported raters from all over the release."""
LIST_LENGTH = 20
MAY_DIFFER = 1
"""Movies of a list: another processor rounds differently, and the last place may go to another movie."""


def tables() -> dict[str, dict[str, Any]]:
    """Return the number of rows of each table, and a digest of their contents that does not depend on their order."""
    found = {}
    with connection.cursor() as cursor:
        for table in database.tables():
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {name} AS t")  # noqa: S608
            n_rows, digest = cursor.fetchone()
            found[table] = {"rows": n_rows, "digest": digest}
    return found


def lists() -> dict[str, list[int]]:
    """Return the movies that are recommended to a hundred raters, by rater; nothing if no model is in service."""
    raters = Rater.objects.filter(pk__in=_rater_ids()).order_by("pk")
    try:
        return {str(rater.pk): _list_of(rater) for rater in raters}
    except UnknownAlgorithm:
        return {}


def differences_of_tables(before: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> list[str]:
    """Return a sentence for each table that is not what it was."""
    sentences = []
    for table, was in before.items():
        found = now.get(table)
        if found is None:
            sentences.append(f"The table {table} is missing.")
        elif found["rows"] != was["rows"]:
            sentences.append(f"The table {table} has {found['rows']} rows, not {was['rows']}.")
        elif found["digest"] != was["digest"]:
            sentences.append(f"The table {table} has other contents in its {was['rows']} rows.")
    return sentences


def differences_of_lists(before: dict[str, list[int]], now: dict[str, list[int]]) -> list[str]:
    """Return a sentence for each rater whose list is not what it was, see `MAY_DIFFER`."""
    return [
        f"Rater {rater} gets another list: {len(set(now.get(rater, [])) & set(was))} of its {len(was)} movies are left."
        for rater, was in before.items()
        if len(now.get(rater, [])) != len(was) or len(set(was) - set(now[rater])) > MAY_DIFFER
    ]


def _rater_ids() -> list[int]:
    members = list(Rater.objects.exclude(user=None).order_by("-pk").values_list("pk", flat=True)[:N_MEMBERS])
    others = list(Rater.objects.filter(user=None).order_by("pk").values_list("pk", flat=True))
    step = max(len(others) // (N_LISTS - len(members)), 1)
    return [*members, *others[::step]][:N_LISTS]


def _list_of(rater: Rater) -> list[int]:
    served = served_model.for_rater(rater)
    try:
        results = make_list(served, said_by(rater), limit=LIST_LENGTH).results
    except TooFewRatings:
        return []
    return [each.movie.pk for each in results]
