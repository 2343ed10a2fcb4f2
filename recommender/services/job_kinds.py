"""The kinds of jobs: the stages of each, the arguments it takes, and what is checked before it starts.

The services are imported when a job is planned or run: they load numerical libraries that commands which only look at
jobs can do without.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator
from pydantic_core.core_schema import ValidationInfo

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.algorithms.registry import algorithm as registered
from recommender.engine.evaluation import MAX_RATERS, N_SPLITS, SPLIT_KINDS, SplitKind
from recommender.models import Job
from recommender.services.jobs.stages import Stage

Stages = tuple[Stage, ...]


class BadRequest(ValueError):
    """A job cannot be started with these arguments; the text says what to change."""


class Arguments(BaseModel):
    """The arguments of a kind of job; the description of a field completes the sentence "it must be ..."."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _registered_name(name: str) -> str:
    return registered(name).name


AlgorithmName = Annotated[str, AfterValidator(_registered_name), Field(description=f"one of {', '.join(ALGORITHMS)}")]
Count = Annotated[int, Field(ge=1, description="a whole number of at least 1")]
Seed = Annotated[int, Field(ge=0, description="a whole number of at least 0")]
Split = Annotated[SplitKind, Field(description=" or ".join(SPLIT_KINDS))]


class NoArguments(Arguments):
    """For kinds that always do the same."""


class ImportArguments(Arguments):
    """Where the release is, and whether its ids are those of this site."""

    path: str = Field(pattern=r"\S", description="the folder or zip of a MovieLens release, as the workers see it")
    match_titles: bool = Field(False, description="true to map movies by IMDb id, TMDB id, or title and year, or false")


class TrainArguments(Arguments):
    """What to train, and which ratings the gate holds out."""

    algorithm: AlgorithmName
    hyperparameters: dict[str, Any] = Field({}, description='names and values, such as {"n_factors": 32}')
    seed: Seed = 0
    split: Split = "random"

    @field_validator("hyperparameters")
    @classmethod
    def _of_the_algorithm(cls, values: dict[str, Any], others: ValidationInfo) -> dict[str, Any]:
        """Return the values as numbers, whole where the default is, whether they were numbers or text."""
        if "algorithm" not in others.data:  # it is unknown, and that is said first
            return values
        name = others.data["algorithm"]
        return _validated(_hyperparameters(name), values, whose=name).model_dump(exclude_unset=True)


class TuneArguments(Arguments):
    """What to tune and when to stop."""

    algorithm: AlgorithmName
    n_trials: Count | None = Field(None, description="a whole number of at least 1")
    seconds: Count | None = Field(None, description="a whole number of at least 1")
    seed: Seed = 0


class EvaluateArguments(Arguments):
    """What to measure (all algorithms unless some are named) and on which ratings."""

    algorithms: list[AlgorithmName] = Field([], description="a list of names of algorithms")
    n_splits: Count = N_SPLITS
    seed: Seed = 0
    split: Split = "random"
    max_raters: Count = MAX_RATERS


class ImdbArguments(Arguments):
    """Whether whoever starts the job accepts IMDb's terms."""

    accept_terms: bool = Field(False, description="true to accept IMDb's terms, or false")


def _accept(arguments: Any) -> None:
    """Accept whatever the fields accept."""


def _check_train(arguments: TrainArguments) -> None:
    try:
        registered(arguments.algorithm, **arguments.hyperparameters)
    except ValueError as error:
        raise BadRequest(f"{arguments.algorithm} cannot be trained like this: {error}") from error


def _check_tune(arguments: TuneArguments) -> None:
    if arguments.n_trials is None and arguments.seconds is None:
        raise BadRequest("A tuning needs a budget: give n_trials or seconds.")


def _check_imdb(arguments: ImdbArguments) -> None:
    from recommender.services.catalogue import imdb_terms

    if not arguments.accept_terms and not imdb_terms.accepted():
        raise BadRequest(f"Accept IMDb's terms first (IMDB_TERMS_ACCEPTED=1 or --accept-terms): {imdb_terms.TERMS}")


def _import() -> Stages:
    from recommender.services.catalogue import title_search
    from recommender.services.monitoring import drift
    from recommender.services.movielens import release

    return (release.IMPORT, title_search.BUILD_INDEX, replace(drift.MEASURE, optional=True))


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


def _new_movies() -> Stages:
    from recommender.services.catalogue import new_movies

    return (new_movies.ADD, new_movies.NOTE_CHANGES, *_tmdb())


def _imdb() -> Stages:
    from recommender.services.catalogue import imdb, title_search

    return (imdb.FETCH, title_search.BUILD_INDEX)


def _drift() -> Stages:
    from recommender.services.monitoring import drift

    return (drift.MEASURE,)


@dataclass(frozen=True, slots=True)
class JobKind:
    """What a kind of job does and takes.

    `stages` may be put together from those of other kinds. `check` raises `BadRequest` for arguments that are valid one
    by one but not together; it may ask the database.
    """

    stages: Callable[[], Stages]
    arguments: type[Arguments] = NoArguments
    check: Callable[[Any], None] = _accept


KINDS: dict[Job.Kind, JobKind] = {
    Job.Kind.IMPORT: JobKind(_import, ImportArguments),
    Job.Kind.SNAPSHOT: JobKind(_snapshot),
    Job.Kind.TITLE_INDEX: JobKind(_title_index),
    Job.Kind.TRAIN: JobKind(_train, TrainArguments, _check_train),
    Job.Kind.EVALUATE: JobKind(_evaluate, EvaluateArguments),
    Job.Kind.TUNE: JobKind(_tune, TuneArguments, _check_tune),
    Job.Kind.SIMILAR_MOVIES: JobKind(_similar_movies),
    Job.Kind.RETRAIN: JobKind(_retrain),
    Job.Kind.TMDB: JobKind(_tmdb),
    Job.Kind.IMDB: JobKind(_imdb, ImdbArguments, _check_imdb),
    Job.Kind.NEW_MOVIES: JobKind(_new_movies),
    Job.Kind.DRIFT: JobKind(_drift),
}


def checked(*, kind: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the arguments as `jobs.start` takes them, without those that are None or have their default.

    So the same request always has the same arguments, and finds the job that is already running.

    Raises
    ------
    BadRequest
        If there is no such kind of job, or it does not take these arguments.
    """
    if kind not in Job.Kind.values:
        raise BadRequest(f"There is no kind of job called {kind!r}: choose from {', '.join(Job.Kind.values)}.")
    chosen = KINDS[Job.Kind(kind)]
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    wanted = _validated(chosen.arguments, given, whose=f"A job of kind {kind}")
    chosen.check(wanted)
    return wanted.model_dump(exclude_defaults=True)


def _hyperparameters(algorithm: str) -> type[Arguments]:
    """Return a model of an algorithm's hyper-parameters, each of the type of its default."""
    defaults: dict[str, float] = asdict(registered(algorithm))  # type: ignore[call-overload]
    fields: dict[str, Any] = {}
    for name, default in defaults.items():
        number = "whole number" if isinstance(default, int) else "number"
        fields[name] = (type(default), Field(default, description=f"a {number}, such as {default}"))
    return create_model(algorithm, __base__=Arguments, **fields)


def _validated(model: type[Arguments], given: Mapping[str, Any], *, whose: str) -> Arguments:
    """Return the arguments as their model; the first thing wrong with them becomes one sentence."""
    unknown = sorted(set(given).difference(model.model_fields))
    if unknown:
        choice = f"choose from {', '.join(model.model_fields)}" if model.model_fields else "it takes no arguments"
        raise BadRequest(f"{whose} has no {', '.join(unknown)}: {choice}.")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "value_error":  # raised by a validator, in a sentence
            raise BadRequest(str(first["ctx"]["error"])) from error
        name = str(first["loc"][0])
        found = f"{name} is {given[name]!r}" if name in given else f"{name} is missing"
        raise BadRequest(f"{found}; it must be {model.model_fields[name].description}.") from error
