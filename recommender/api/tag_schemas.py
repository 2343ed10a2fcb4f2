"""Schemas of tags."""

from collections.abc import Iterable
from typing import Self

from ninja import Schema

from recommender.api.schemas import Part
from recommender.services.ratings.tags import Suggestion, TagsOfMovie


class TagOut(Part):
    """A tag, how many people gave it, and whether I am one of them."""

    name: str
    count: int
    mine: bool


class TagList(Schema):
    """Tags of a movie: mine first, then the most given; `count` is how many there are in total."""

    count: int
    results: list[TagOut]

    @classmethod
    def of(cls, found: TagsOfMovie) -> Self:
        """Convert the tags of a movie."""
        return cls(count=found.count, results=[TagOut.model_validate(tag) for tag in found.tags])


class TagSuggestion(Part):
    """A tag and how often it was given."""

    name: str
    count: int


class TagSuggestionList(Schema):
    """Tags that begin with the typed text, the most given first."""

    count: int
    results: list[TagSuggestion]

    @classmethod
    def of(cls, found: Iterable[Suggestion]) -> Self:
        """Convert suggestions."""
        results = [TagSuggestion.model_validate(tag) for tag in found]
        return cls(count=len(results), results=results)
