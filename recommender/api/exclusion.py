"""What lists leave out: `exclude`, the same on every list."""

from typing import Annotated, get_args

from ninja import Query

from recommender.services.reranking import Excluded

KINDS = get_args(Excluded)
_ANY = "|".join(KINDS)
Exclude = Annotated[
    str,
    Query(
        max_length=40,
        pattern=f"^(({_ANY})(,({_ANY}))*)?$",
        description='Comma-separated: "seen" (rated), "hidden", "watchlist". Empty for nothing.',
    ),
]


def kinds(exclude: str) -> frozenset[Excluded]:
    """Return what the parameter names."""
    named = exclude.split(",")
    return frozenset(kind for kind in KINDS if kind in named)
