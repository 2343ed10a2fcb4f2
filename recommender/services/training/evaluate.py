"""Measure algorithms on hold-out splits of the ratings in the database, or of a dataset on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recommender.engine import evaluation as engine
from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.algorithms.registry import algorithm as registered
from recommender.engine.data.artifact import read_artifact, write_artifact
from recommender.engine.evaluation import (
    MAX_RATERS,
    N_SPLITS,
    CannotEvaluate,
    Evaluation,
    SplitKind,
    Unit,
    evaluate_unit,
    merge,
)
from recommender.engine.model.model import Algorithm
from recommender.engine.progress import no_progress, subrange
from recommender.formats.movielens import read_dataset
from recommender.models import Job, JobChunk
from recommender.services.jobs import outputs
from recommender.services.jobs.concurrency import n_threads
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Arguments, Outcome, Stage
from recommender.services.storage import artifacts
from recommender.services.training import snapshots
from recommender.services.training.from_dataset import ratings_and_movies
from recommender.services.training.train import GROW_OTHERWISE
from recommender.services.versions import lifecycle

READING = 0.05


def evaluate(
    *,
    algorithms: Sequence[str] = (),
    n_splits: int = N_SPLITS,
    seed: int = 0,
    split: SplitKind = "random",
    data: Path | None = None,
    max_raters: int | None = MAX_RATERS,
    on_progress: OnProgress = no_progress,
) -> Evaluation:
    """Measure the named algorithms, or all of them, on the same splits.

    The figures are saved with the active versions. With `data`, a folder or zip of a MovieLens release, the database is
    not used.

    Raises
    ------
    UnknownAlgorithm
        If an algorithm is not in the registry.
    CannotEvaluate
        If there are too few ratings, or a temporal split of ratings without times is requested.
    DatasetError
        If `data` cannot be read.
    """
    chosen = {name: registered(name) for name in dict.fromkeys(algorithms or ALGORITHMS)}
    on_progress(0.0, "Reading ratings")
    if data is not None:
        ratings, movies = ratings_and_movies(read_dataset(data))
    else:
        stored = snapshots.current()
        ratings, movies = stored.ratings, stored.movies
    outcome = engine.evaluate(
        chosen,
        ratings,
        movies,
        n_splits=n_splits,
        seed=seed,
        split=split,
        n_threads=n_threads(),
        max_raters=max_raters,
        on_progress=subrange(on_progress, READING, 1.0, "Fitting and measuring"),
    )
    if data is None:
        _record(chosen, outcome)
    return outcome


def _record(chosen: Mapping[str, Algorithm], outcome: Evaluation) -> None:
    """Save the figures with the active versions."""
    figures = outcome.to_json()
    about = {name: figures[name] for name in ("splits", "seed", "split", "raters")}
    lifecycle.record_metrics(
        metrics={name: about | metrics for name, metrics in figures["algorithms"].items()},
        parameters={name: asdict(algorithm) for name, algorithm in chosen.items()},  # type: ignore[call-overload]
    )


def _chosen(job: Job) -> dict[str, Algorithm]:
    """Return the algorithms that a job measures."""
    return {name: registered(name) for name in dict.fromkeys(job.arguments.get("algorithms") or ALGORITHMS)}


def _n_splits(job: Job) -> int:
    return int(job.arguments.get("n_splits", N_SPLITS))


def _split(job: Job) -> SplitKind:
    kind: SplitKind = job.arguments.get("split", "random")
    return kind


def _plan(job: Job) -> list[Arguments]:
    """Plan a chunk for each algorithm and split."""
    chosen = _chosen(job)
    if _n_splits(job) < 1:
        raise CannotEvaluate("An evaluation needs at least one split.")
    return [{"algorithm": name, "split": number} for number in range(_n_splits(job)) for name in chosen]


def _measure(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    on_progress(0.0, "Reading the snapshot")
    data, job = snapshots.of_job(chunk.job), chunk.job
    algorithm = chunk.arguments["algorithm"]
    seed = int(job.arguments.get("seed", 0)) + int(chunk.arguments["split"])
    split = engine.split_ratings(data.ratings, data.movies, kind=_split(job), seed=seed)
    if not split.test.n_ratings:
        raise CannotEvaluate(engine.NOTHING_TO_HOLD_OUT)
    unit = evaluate_unit(
        registered(algorithm),
        split,
        seed=seed,
        n_threads=n_threads(),
        max_raters=job.arguments.get("max_raters", MAX_RATERS),
        on_progress=subrange(on_progress, READING, 1.0, f"Measuring {algorithm}"),
    )
    with artifacts.workspace() as folder:
        file = folder / "unit.safetensors"
        write_artifact(file, unit.to_arrays(), {"algorithm": algorithm})
        return Outcome(artifact=outputs.store(chunk=chunk, path=file))


def _sum_up(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    on_progress(0.0, "Summing up")
    chosen = _chosen(chunk.job)
    files = outputs.files(job=chunk.job, stage=MEASURE.name)
    units: dict[str, list[Unit]] = {name: [] for name in chosen}
    for file in files:
        arrays, manifest = read_artifact(file)
        units[manifest["algorithm"]].append(Unit.from_arrays(arrays))
    outcome = merge(units, seed=int(chunk.job.arguments.get("seed", 0)), split=_split(chunk.job))

    def record() -> dict[str, Any]:
        _record(chosen, outcome)
        return {"evaluation": outcome.to_json()}

    return Outcome(commit=record)


def _amounts(job: Job) -> dict[str, float]:
    return {name: float(_n_splits(job)) for name in _chosen(job)}


MEASURE = Stage(
    "measure", "Measuring", _measure, plan=_plan, weight=10, amounts=_amounts, grows_otherwise=GROW_OTHERWISE
)
SUM_UP = Stage("sum_up", "Summing up", _sum_up)
