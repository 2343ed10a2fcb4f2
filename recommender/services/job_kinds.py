"""The kinds of jobs: each is a tuple of stages, and a kind may be put together from the stages of others.

The services are imported when a job is planned or run: they bring numerical libraries along that commands which only
look at jobs can do without.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from recommender.engine.algorithms.registry import ALGORITHMS, UnknownAlgorithm
from recommender.engine.algorithms.registry import algorithm as registered
from recommender.engine.evaluation import N_SPLITS, SPLIT_KINDS
from recommender.models import Job
from recommender.services.jobs.stages import Stage

Stages = tuple[Stage, ...]


def _import() -> Stages:
    from recommender.services.movielens import release

    return (release.IMPORT,)


def _snapshot() -> Stages:
    from recommender.services.training import snapshots

    return (snapshots.KEEP_SNAPSHOT,)


def _title_index() -> Stages:
    from recommender.services.catalogue import title_search

    return (title_search.BUILD_INDEX,)


def _train() -> Stages:
    from recommender.services.training import snapshots, train
    from recommender.services.versions import retention

    return (snapshots.TAKE_SNAPSHOT, train.TRAIN, train.GATE, retention.COLLECT)


def _evaluate() -> Stages:
    from recommender.services.training import evaluate, snapshots

    return (snapshots.TAKE_SNAPSHOT, evaluate.MEASURE, evaluate.SUM_UP)


def _tune() -> Stages:
    from recommender.services.training import snapshots, tune

    return (snapshots.TAKE_SNAPSHOT, tune.TUNE)


def _similar_movies() -> Stages:
    from recommender.services.training import similar_movies, snapshots

    return (snapshots.TAKE_SNAPSHOT, similar_movies.COMPARE, similar_movies.PUT_TOGETHER)


def _retrain() -> Stages:
    from recommender.services.catalogue import title_search
    from recommender.services.training import similar_movies

    *train, collect = _train()
    return (*train, similar_movies.COMPARE, similar_movies.PUT_TOGETHER, title_search.BUILD_INDEX, collect)


def _tmdb() -> Stages:
    from recommender.services.catalogue import title_search, tmdb

    return (tmdb.FETCH, title_search.BUILD_INDEX_IF_BEHIND)


KINDS: dict[Job.Kind, Callable[[], Stages]] = {
    Job.Kind.IMPORT: _import,
    Job.Kind.SNAPSHOT: _snapshot,
    Job.Kind.TITLE_INDEX: _title_index,
    Job.Kind.TRAIN: _train,
    Job.Kind.EVALUATE: _evaluate,
    Job.Kind.TUNE: _tune,
    Job.Kind.SIMILAR_MOVIES: _similar_movies,
    Job.Kind.RETRAIN: _retrain,
    Job.Kind.TMDB: _tmdb,
}


Arguments = dict[str, Any]


class BadRequest(ValueError):
    """A job cannot be asked for like this; the text says what to change."""


def checked(*, kind: str, arguments: Mapping[str, Any] | None = None) -> Arguments:
    """Return the arguments as `jobs.start` takes them; what is the default anyway is left out.

    So the same request always has the same arguments, and finds the job that is already running.

    Raises
    ------
    BadRequest
        If there is no such kind of job, or it does not take these arguments.
    """
    if kind not in Job.Kind.values:
        raise BadRequest(f"There is no kind of job called {kind!r}: choose from {', '.join(Job.Kind.values)}.")
    given = dict(arguments or {})
    names, check = CHECKS.get(Job.Kind(kind), NOTHING)
    unknown = sorted(set(given).difference(names))
    if unknown:
        choice = f"choose from {', '.join(names)}" if names else "it takes no arguments"
        raise BadRequest(f"A job of kind {kind} has no {', '.join(unknown)}: {choice}.")
    try:
        wanted = check(given)
    except UnknownAlgorithm as error:
        raise BadRequest(str(error)) from error
    return {name: value for name, value in wanted.items() if value not in (None, {}, [])}


def _check_import(given: Arguments) -> Arguments:
    path = given.get("path")
    if not isinstance(path, str) or not path.strip():
        raise BadRequest("An import needs a path: the folder or zip of a MovieLens release, as the workers see it.")
    return {"path": path}


def _check_train(given: Arguments) -> Arguments:
    name = given.get("algorithm")
    if not isinstance(name, str) or not name:
        raise BadRequest(f"A training needs an algorithm: choose from {', '.join(ALGORITHMS)}.")
    chosen = registered(name)
    values = given.get("hyperparameters") or {}
    if not isinstance(values, dict):
        raise BadRequest(f'hyperparameters is {values!r}; give names and values, such as {{"n_factors": 32}}.')
    registered(name, **dict.fromkeys(values, 1))  # names first, whatever their values
    typed = {key: _number(key, value, like=getattr(chosen, key)) for key, value in values.items()}
    try:
        registered(name, **typed)
    except ValueError as error:
        raise BadRequest(f"{name} cannot be trained like this: {error}") from error
    return {
        "algorithm": name,
        "hyperparameters": typed,
        "seed": _at_least(0, given, "seed", default=0),
        "split": _split(given),
    }


def _check_evaluate(given: Arguments) -> Arguments:
    names = given.get("algorithms") or []
    if not isinstance(names, list):
        raise BadRequest(f"algorithms is {names!r}; give a list of names.")
    for name in names:
        registered(str(name))
    return {
        "algorithms": list(dict.fromkeys(names)),
        "n_splits": _at_least(1, given, "n_splits", default=N_SPLITS),
        "seed": _at_least(0, given, "seed", default=0),
        "split": _split(given),
        "max_raters": _at_least(1, given, "max_raters"),
    }


def _check_tune(given: Arguments) -> Arguments:
    name = given.get("algorithm")
    if not isinstance(name, str) or not name:
        raise BadRequest(f"A search needs an algorithm: choose from {', '.join(ALGORITHMS)}.")
    registered(name)
    budget = {limit: _at_least(1, given, limit) for limit in ("n_trials", "seconds")}
    if not any(budget.values()):
        raise BadRequest("A search needs a budget: n_trials, or seconds.")
    return {"algorithm": name, **budget, "seed": _at_least(0, given, "seed", default=0)}


def _split(given: Arguments) -> str | None:
    """Return which ratings are held out, or None for the default."""
    split = given.get("split", "random")
    if split not in SPLIT_KINDS:
        raise BadRequest(f"split is {split!r}; choose from {', '.join(SPLIT_KINDS)}.")
    return None if split == "random" else str(split)


def _at_least(least: int, given: Arguments, name: str, default: int | None = None) -> int | None:
    """Return a whole number, or None for the default."""
    value = given.get(name)
    if value is None:
        return None
    number = int(_number(name, value, like=0))
    if number < least:
        raise BadRequest(f"{name} is {number}; it must be at least {least}.")
    return None if number == default else number


def _number(name: str, value: Any, *, like: float) -> float:
    """Return what was given as text or number, whole where the default is."""
    whole = isinstance(like, int)
    try:
        number = float(value)
        if isinstance(value, bool) or not math.isfinite(number) or (whole and not number.is_integer()):
            raise ValueError
    except (TypeError, ValueError):
        kind = "whole number" if whole else "number"
        raise BadRequest(f"{name} is {value!r}; it must be a {kind}, such as {like}.") from None
    return int(number) if whole else number


NOTHING: tuple[tuple[str, ...], Callable[[Arguments], Arguments]] = ((), dict)
CHECKS: dict[Job.Kind, tuple[tuple[str, ...], Callable[[Arguments], Arguments]]] = {
    Job.Kind.IMPORT: (("path",), _check_import),
    Job.Kind.TRAIN: (("algorithm", "hyperparameters", "seed", "split"), _check_train),
    Job.Kind.TUNE: (("algorithm", "n_trials", "seconds", "seed"), _check_tune),
    Job.Kind.EVALUATE: (("algorithms", "n_splits", "seed", "split", "max_raters"), _check_evaluate),
}
