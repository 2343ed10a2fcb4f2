"""Tune an algorithm on the ratings in the database or of a dataset on disk; the trace is saved after every trial."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.algorithms.registry import algorithm as registered
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.evaluation import MAX_RATERS
from recommender.engine.evaluation import tuning as engine
from recommender.engine.progress import no_progress, subrange
from recommender.formats.movielens import read_dataset
from recommender.models import Job, JobChunk
from recommender.services.jobs.concurrency import n_threads
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Arguments, Outcome, Stage
from recommender.services.training import snapshots
from recommender.services.training.from_dataset import ratings_and_movies
from recommender.services.training.train import GROW_OTHERWISE

SEARCHED = 0.9
Trace = dict[str, Any]
"""``{"algorithm", "seed", "raters", "data_fingerprint", "objective", "inner_splits", "trials"}``, at the end "best",
"held_out" (figures of both settings), "gain" (in the objective, there) and "recommended"."""
INNER_SPLITS = {"number": engine.N_INNER, "held_out": engine.INNER_SHARE}


def tune(
    *,
    algorithm: str,
    n_trials: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    data: Path | Snapshot | None = None,
    max_raters: int = MAX_RATERS,
    earlier: Mapping[str, Any] | None = None,
    on_trace: Callable[[Trace], None] | None = None,
    on_progress: OnProgress = no_progress,
) -> Trace:
    """Search for better hyper-parameters, then compare the best with the current ones on held-out ratings.

    `earlier` is the trace of an interrupted search, which then continues; `on_trace` gets the trace after every trial.
    With `data`, a snapshot or the folder or zip of a MovieLens release, the database is not used.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm is not in the registry.
    DifferentSearch
        If `earlier` is the trace of another search.
    CannotEvaluate
        If there are too few ratings.
    DatasetError
        If `data` cannot be read.
    """
    chosen = registered(algorithm)
    on_progress(0.0, "Reading ratings")
    if isinstance(data, Path):
        data = Snapshot(*ratings_and_movies(read_dataset(data)))
    elif data is None:
        data = snapshots.current()
    about = {
        "algorithm": algorithm,
        "seed": seed,
        "raters": max_raters,
        "data_fingerprint": data.fingerprint(),
        "objective": dict(chosen.objective),
        "inner_splits": INNER_SPLITS,
    }
    trials = _trials_of(earlier, about)
    outer, inner = engine.splits(data.ratings, data.movies, seed)
    options: dict[str, Any] = {"seed": seed, "n_threads": n_threads(), "max_raters": max_raters}
    on_search = subrange(on_progress, 0.02, SEARCHED, f"Tuning {chosen.label}")
    for trial in engine.search(
        chosen, inner, n_trials=n_trials, seconds=seconds, trials=tuple(trials), on_progress=on_search, **options
    ):
        trials.append(trial)
        if on_trace is not None:
            on_trace(_trace(about, trials))
    best = engine.best_of(trials)
    on_compare = subrange(on_progress, SEARCHED, 1.0, "Measuring on held-out ratings")
    outcome = engine.compared(chosen, best, outer, on_progress=on_compare, **options)
    return _trace(about, trials) | {
        "best": best.to_json(),
        "held_out": outcome.evaluation.to_json(),
        "gain": outcome.gain.to_json(),
        "recommended": outcome.recommended,
    }


def _trials_of(earlier: Mapping[str, Any] | None, about: Mapping[str, Any]) -> list[engine.Trial]:
    if not earlier:
        return []
    if "inner_splits" not in earlier:
        raise engine.DifferentSearch(
            "The trace was written by an earlier version of movierec, which searched on less of the ratings."
        )
    for name, value in about.items():
        if earlier.get(name) != value:
            raise engine.DifferentSearch(
                f"The trace belongs to another search: its {name} is {earlier.get(name)}, not {value}."
            )
    return [engine.Trial.from_json(trial) for trial in earlier.get("trials", ())]


def _trace(about: Mapping[str, Any], trials: list[engine.Trial]) -> Trace:
    return {**about, "trials": [trial.to_json() for trial in trials]}


def _tune(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    """Search; the trace is saved in the chunk's notes, from which another attempt continues."""
    wanted = chunk.job.arguments

    def keep(trace: Trace) -> None:
        JobChunk.objects.same_attempt(chunk).update(notes=trace)

    trace = tune(
        algorithm=wanted["algorithm"],
        n_trials=wanted.get("n_trials"),
        seconds=wanted.get("seconds"),
        seed=wanted.get("seed", 0),
        data=snapshots.of_job(chunk.job),
        earlier=chunk.notes,
        on_trace=keep,
        on_progress=on_progress,
    )
    return Outcome(trace)


BY_TIME = {f"{name} by time": "" for name in ALGORITHMS}


def _budget(job: Job) -> dict[str, float]:
    """Return trials, or seconds where only these are limited, by what is tuned."""
    name, n_trials = job.arguments["algorithm"], job.arguments.get("n_trials")
    return {f"{name} by time": job.arguments["seconds"]} if n_trials is None else {name: n_trials}


def _plan(job: Job) -> list[Arguments]:
    return [{"algorithm": name} for name in _budget(job)]


TUNE = Stage("tune", "Tuning", _tune, plan=_plan, weight=20, amounts=_budget, grows_otherwise=GROW_OTHERWISE | BY_TIME)
