"""GET algorithms."""

from django.http import HttpRequest
from ninja import Router

from recommender.api.schemas import AlgorithmList, AlgorithmOut
from recommender.services.lists.choices import choices

router = Router(tags=["recommendations"])


@router.get("/algorithms", response=AlgorithmList, summary="Algorithms to choose from")
def algorithms(request: HttpRequest) -> AlgorithmList:
    """Return all algorithms, which of them can be used now, and which one is the default."""
    results = [
        AlgorithmOut(
            name=choice.name,
            label=choice.label,
            description=choice.description,
            minimum_ratings=choice.minimum_ratings,
            available=choice.available,
            default=choice.default,
            featured=choice.featured,
        )
        for choice in choices()
    ]
    return AlgorithmList(count=len(results), results=results)
