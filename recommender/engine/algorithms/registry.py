"""All algorithms by name. Adding one is a new module and a line here."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.baselines import Mean, Median, MedianModel
from recommender.engine.algorithms.ease.ease import EASE, EASEModel
from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.algorithms.tag_count import TagCount, TagCountModel
from recommender.engine.algorithms.tag_ls import TagLeastSquares, TagLeastSquaresModel
from recommender.engine.data.array_shapes import check
from recommender.engine.data.artifact import ArtifactError
from recommender.engine.data.types import Arrays
from recommender.engine.model.model import Algorithm, LinearModel, Model
from recommender.engine.model.search_space import NDCG, POPULARITY_WEIGHT, Objective, SearchSpace


class UnknownAlgorithm(ValueError):
    """There is no such algorithm, or it has no such hyper-parameter."""


def als_of_rank(rank: int) -> ALS:
    """Return tuned ALS with few factors, which people can interpret."""

    class RankedALS(ALS):
        name: ClassVar[str] = f"als_{rank}"
        label: ClassVar[str] = f"Latent factors, {rank}"
        description: ClassVar[str] = f"The {rank} most important dimensions of taste, and where you stand on them."
        search_space: ClassVar[SearchSpace] = {
            name: values for name, values in ALS.search_space.items() if name != "n_factors"
        }

    return RankedALS(n_factors=rank)


def plain_als(rank: int) -> ALS:
    """Return ALS as first defined: fixed medians, no regularization."""

    class PlainALS(ALS):
        name: ClassVar[str] = "als_plain"
        label: ClassVar[str] = f"Latent factors, {rank} unregularised"
        description: ClassVar[str] = f"{rank} dimensions of taste, unregularised: needs many ratings."
        minimum_ratings: ClassVar[int] = 4 * rank
        search_space: ClassVar[SearchSpace] = POPULARITY_WEIGHT
        objective: ClassVar[Objective] = NDCG

    return PlainALS(n_factors=rank, regularization=0.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered algorithm and the class of its models.

    The site uses the available algorithm with the highest `preference` for users who have not chosen one. `featured`
    is the position in the short menu, from 1; with 0 it is only in the long one. `trained_first` marks the algorithm
    that gives a new installation its first lists, `for_teaching` one that is there to learn from.
    """

    algorithm: Algorithm
    model: type[Model]
    preference: int = 0
    featured: int = 0
    trained_first: bool = False
    for_teaching: bool = False


_REGISTERED = (
    Entry(Median(), MedianModel),
    Entry(Mean(), LinearModel, featured=5),
    Entry(TagCount(), TagCountModel),
    Entry(TagLeastSquares(), TagLeastSquaresModel, featured=4),
    Entry(ALS(), LinearModel, preference=1, featured=2, trained_first=True),
    Entry(als_of_rank(3), LinearModel),
    Entry(als_of_rank(5), LinearModel),
    Entry(als_of_rank(7), LinearModel),
    Entry(als_of_rank(9), LinearModel),
    Entry(als_of_rank(11), LinearModel),
    Entry(plain_als(3), LinearModel, for_teaching=True),
    Entry(EASE(), EASEModel, featured=3),
    Entry(Hybrid(), HybridModel, preference=2, featured=1),
)

ALGORITHMS: dict[str, Algorithm] = {entry.algorithm.name: entry.algorithm for entry in _REGISTERED}
FEATURED = tuple(
    entry.algorithm.name for entry in sorted(_REGISTERED, key=lambda entry: entry.featured) if entry.featured
)
BY_PREFERENCE = tuple(
    entry.algorithm.name for entry in sorted(_REGISTERED, key=lambda entry: entry.preference, reverse=True)
)
BEST = BY_PREFERENCE[0]
FOR_TEACHING = frozenset(entry.algorithm.name for entry in _REGISTERED if entry.for_teaching)
OFFERED = tuple(dict.fromkeys(choice for entry in _REGISTERED for choice in entry.algorithm.offered))
"""The hyper-parameters that people choose, of all algorithms."""
(TRAINED_FIRST,) = (entry.algorithm.name for entry in _REGISTERED if entry.trained_first)
_MODELS: dict[str, type[Model]] = {entry.algorithm.name: entry.model for entry in _REGISTERED}


def algorithm(name: str, **hyperparameters: Any) -> Algorithm:
    """Return an algorithm with its defaults, or with some hyper-parameters changed.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm or one of the hyper-parameters is unknown.
    """
    chosen: Any = ALGORITHMS[_known(name)]
    names = [hyperparameter.name for hyperparameter in fields(chosen)]
    unknown = sorted(set(hyperparameters).difference(names))
    if unknown:
        raise UnknownAlgorithm(f"{name} has no {', '.join(unknown)}: choose from {', '.join(names)}.")
    changed: Algorithm = replace(chosen, **hyperparameters)
    return changed


def load_model(name: str, arrays: Arrays, metadata: Mapping[str, str]) -> Model:
    """Rebuild a fitted model from its arrays.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm is unknown.
    ArtifactError
        If the arrays belong to another algorithm, or are not those of a model.
    """
    model = _MODELS[_known(name)]
    if metadata.get("algorithm") != name:
        raise ArtifactError(f"The artifact was made by {metadata.get('algorithm')!r}, not by {name!r}; roll back.")
    check(arrays, model.array_shapes)
    try:
        return model.from_arrays(arrays, metadata)
    except (ValueError, TypeError) as error:
        raise ArtifactError(f"The artifact of {name} cannot be read ({error}); train again.") from error


def _known(name: str) -> str:
    if name not in ALGORITHMS:
        raise UnknownAlgorithm(f"Unknown algorithm {name!r}: choose from {', '.join(ALGORITHMS)}.")
    return name
