"""All algorithms by name. Adding one is a new module and a line here."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, ClassVar

from numpy.typing import NDArray

from recommender.engine.als import ALS
from recommender.engine.array_shapes import check
from recommender.engine.artifact import ArtifactError
from recommender.engine.baselines import Mean, Median, MedianModel
from recommender.engine.ease import EASE, EASEModel
from recommender.engine.hybrid import Hybrid
from recommender.engine.hybrid_model import HybridModel
from recommender.engine.recommender import Algorithm, LinearModel, Model
from recommender.engine.search_space import LISTS_THAT_HIT, POPULARITY_WEIGHT, Objective, SearchSpace
from recommender.engine.tag_count import TagCount, TagCountModel
from recommender.engine.tag_ls import TagLeastSquares, TagLeastSquaresModel


class UnknownAlgorithm(ValueError):
    """There is no such algorithm, or it has no such hyper-parameter."""


def als_of_rank(rank: int) -> ALS:
    """Return tuned ALS with few factors, which people can read."""

    class RankedALS(ALS):
        name: ClassVar[str] = f"als_{rank}"
        label: ClassVar[str] = f"Latent factors, {rank}"
        description: ClassVar[str] = f"The {rank} most telling dimensions of taste, and where you stand on them."
        search_space: ClassVar[SearchSpace] = {
            name: values for name, values in ALS.search_space.items() if name != "n_factors"
        }

    return RankedALS(n_factors=rank)


def plain_als(rank: int) -> ALS:
    """Return ALS as first defined: fixed medians, no regularization."""

    class PlainALS(ALS):
        name: ClassVar[str] = "als_plain"
        label: ClassVar[str] = f"Latent factors, {rank} unrestrained"
        description: ClassVar[str] = f"{rank} dimensions of taste fitted without restraint: needs many ratings."
        minimum_ratings: ClassVar[int] = 4 * rank
        search_space: ClassVar[SearchSpace] = POPULARITY_WEIGHT
        objective: ClassVar[Objective] = LISTS_THAT_HIT

    return PlainALS(n_factors=rank, regularization=0.0, popularity_weight=1.0)


_REGISTERED: tuple[tuple[Algorithm, type[Model]], ...] = (
    (Median(), MedianModel),
    (Mean(), LinearModel),
    (TagCount(), TagCountModel),
    (TagLeastSquares(), TagLeastSquaresModel),
    (ALS(), LinearModel),
    (als_of_rank(3), LinearModel),
    (als_of_rank(5), LinearModel),
    (als_of_rank(7), LinearModel),
    (als_of_rank(9), LinearModel),
    (als_of_rank(11), LinearModel),
    (plain_als(3), LinearModel),
    (EASE(), EASEModel),
    (Hybrid(), HybridModel),
)

ALGORITHMS: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm, _ in _REGISTERED}
_MODELS: dict[str, type[Model]] = {algorithm.name: model for algorithm, model in _REGISTERED}


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


def load_model(name: str, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> Model:
    """Rebuild a fitted model from its arrays.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm is unknown.
    ArtifactError
        If the arrays are those of another algorithm, or not what the model is made of.
    """
    model = _MODELS[_known(name)]
    if metadata.get("algorithm") != name:
        raise ArtifactError(f"The artifact is of {metadata.get('algorithm')!r}, not of {name!r}; roll back.")
    check(arrays, model.array_shapes)
    try:
        return model.from_arrays(arrays, metadata)
    except (ValueError, TypeError) as error:
        raise ArtifactError(f"The artifact of {name} cannot be read ({error}); train again.") from error


def _known(name: str) -> str:
    if name not in ALGORITHMS:
        raise UnknownAlgorithm(f"Unknown algorithm {name!r}: choose from {', '.join(ALGORITHMS)}.")
    return name
