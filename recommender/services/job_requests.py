"""Checks what a job is asked to do before it is written down: one clear sentence instead of a job that fails."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from recommender.engine.evaluation import SPLIT_KINDS
from recommender.engine.registry import ALGORITHMS, UnknownAlgorithm
from recommender.engine.registry import algorithm as registered
from recommender.models import Job

Arguments = dict[str, Any]


class BadRequest(ValueError):
    """A job cannot be asked for like this; the text says what to change."""


def checked(*, kind: str, arguments: Mapping[str, Any] | None = None) -> Arguments:
    """Return the arguments as `jobs.start` takes them; what is the default anyway is left out.

    So the same wish always has the same arguments, and finds the job that is at it already.

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


def _import(given: Arguments) -> Arguments:
    path = given.get("path")
    if not isinstance(path, str) or not path.strip():
        raise BadRequest("An import needs a path: the folder or zip of a MovieLens release, as the workers see it.")
    return {"path": path}


def _train(given: Arguments) -> Arguments:
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


def _evaluate(given: Arguments) -> Arguments:
    names = given.get("algorithms") or []
    if not isinstance(names, list):
        raise BadRequest(f"algorithms is {names!r}; give a list of names.")
    for name in names:
        registered(str(name))
    return {
        "algorithms": list(dict.fromkeys(names)),
        "n_splits": _at_least(1, given, "n_splits", default=5),
        "seed": _at_least(0, given, "seed", default=0),
        "split": _split(given),
        "max_raters": _at_least(1, given, "max_raters"),
    }


def _tune(given: Arguments) -> Arguments:
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
    Job.Kind.IMPORT: (("path",), _import),
    Job.Kind.TRAIN: (("algorithm", "hyperparameters", "seed", "split"), _train),
    Job.Kind.TUNE: (("algorithm", "n_trials", "seconds", "seed"), _tune),
    Job.Kind.EVALUATE: (("algorithms", "n_splits", "seed", "split", "max_raters"), _evaluate),
}
