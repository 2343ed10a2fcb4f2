"""Train an algorithm on the ratings in the database: the result is a candidate, which the gate may put in service."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from native.threads import one_blas_thread
from recommender.engine.algorithms.registry import ALGORITHMS, BEST
from recommender.engine.algorithms.registry import algorithm as registered
from recommender.engine.data.artifact import write_artifact
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.model.model import Algorithm
from recommender.engine.model.training import TrainingOptions
from recommender.engine.progress import no_progress, subrange
from recommender.models import Job, JobChunk, ModelVersion
from recommender.services.jobs import concurrency
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Arguments, Outcome, Stage
from recommender.services.storage import artifacts
from recommender.services.storage.checkpoints import StoredCheckpoint
from recommender.services.training import gate, snapshots
from recommender.services.versions import lifecycle, serving


class NothingToTrainOn(Exception):
    """There are no ratings yet."""


def train(
    *,
    algorithm: str,
    hyperparameters: Mapping[str, Any] | None = None,
    seed: int = 0,
    job: Job | None = None,
    on_progress: OnProgress = no_progress,
) -> ModelVersion:
    """Fit on all ratings and let the gate decide on the candidate; if nothing is in service, it is activated at once.

    Raises
    ------
    NothingToTrainOn
        If the database holds no ratings.
    """
    on_progress(0.0, "Reading ratings")
    data = snapshots.current(with_times=False)
    candidate = train_candidate(
        data=data,
        algorithm=algorithm,
        hyperparameters=hyperparameters,
        seed=seed,
        job=job,
        on_progress=subrange(on_progress, 0.1, 0.7),
    )
    deciding = subrange(on_progress, 0.7, 1.0, "Comparing with the model in service")
    return gate.decide(version=candidate, data=data, on_progress=deciding)


def train_candidate(
    *,
    data: Snapshot,
    algorithm: str,
    hyperparameters: Mapping[str, Any] | None = None,
    seed: int = 0,
    job: Job | None = None,
    on_progress: OnProgress = no_progress,
) -> ModelVersion:
    """Fit on these ratings and register a candidate; an interrupted fit resumes from its checkpoint.

    The same data, parameters, seed, code and thread count give the same artifact, byte for byte.

    Raises
    ------
    NothingToTrainOn
        If there are no ratings.
    """
    chosen: Any = registered(algorithm, **(hyperparameters or {}))
    if data.ratings.n_ratings == 0:
        raise NothingToTrainOn("There are no ratings to train on; import a dataset first.")
    parameters, n_threads = asdict(chosen), concurrency.n_threads()
    manifest = {
        "algorithm": algorithm,
        "parameters": json.dumps(parameters, sort_keys=True),
        "seed": str(seed),
        "data_fingerprint": data.fingerprint(),
        "code_version": lifecycle.code_version(),
        "n_threads": str(n_threads),
    }
    done = _registered_before(manifest, parameters, job)
    if done is not None:
        return done
    checkpoint = StoredCheckpoint.of(manifest)
    fitting = subrange(on_progress, 0.0, 0.95, f"Training {chosen.label}")
    with one_blas_thread():
        model = chosen.fit(data.ratings, data.movies, TrainingOptions(seed, n_threads, fitting, checkpoint))
    on_progress(0.95, "Storing the model")
    with artifacts.workspace() as folder:
        file = folder / "model.safetensors"
        write_artifact(file, model.to_arrays(), manifest)
        stored = artifacts.store(path=file, name=algorithm)
    version = lifecycle.register(
        algorithm=algorithm,
        artifact=stored,
        data_fingerprint=manifest["data_fingerprint"],
        parameters=parameters,
        seed=seed,
        n_threads=n_threads,
        job=job,
    )
    checkpoint.remove()
    return version


def _registered_before(manifest: Mapping[str, str], parameters: dict[str, Any], job: Job | None) -> ModelVersion | None:
    """Return the version that an interrupted attempt of the same job has already registered."""
    if job is None:
        return None
    same = {name: manifest[name] for name in ("algorithm", "seed", "data_fingerprint", "code_version", "n_threads")}
    return ModelVersion.objects.stored().filter(job=job, parameters=parameters, **same).first()


def _plan(job: Job) -> list[Arguments]:
    """Train the algorithm that the job names or, if it names none, everything in service with the same parameters."""
    if "algorithm" in job.arguments:
        return [job.arguments]
    in_service = ModelVersion.objects.active().ranking().filter(algorithm__in=ALGORITHMS).order_by("pk")
    return [
        {"algorithm": version.algorithm, "hyperparameters": version.parameters, "seed": version.seed}
        for version in in_service
    ] or [{"algorithm": BEST}]


GROW_OTHERWISE = {"ease": "movie_pairs"}
"""Algorithms that solve a system of all movies, whatever the ratings."""


def _amounts(job: Job) -> dict[str, float]:
    """Expect more work of more factors and epochs than usual."""
    return {wanted["algorithm"]: _relative_work(wanted) for wanted in _plan(job)}


def _relative_work(wanted: Arguments) -> float:
    """Return how much a training has to do beside one with the defaults: solving is quadratic in the rank."""
    usual = registered(wanted["algorithm"])
    chosen = registered(wanted["algorithm"], **wanted.get("hyperparameters", {}))
    rank, epochs = (getattr(chosen, name, 1) / getattr(usual, name, 1) for name in ("n_factors", "n_epochs"))
    return float(epochs * (rank + rank**2) / 2)


def _train(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    wanted = chunk.arguments
    candidate = train_candidate(
        data=snapshots.of_job(chunk.job),
        algorithm=wanted["algorithm"],
        hyperparameters=wanted.get("hyperparameters"),
        seed=wanted.get("seed", 0),
        job=chunk.job,
        on_progress=on_progress,
    )
    return Outcome({"model_version": candidate.pk})


def _plan_gate(job: Job) -> list[Arguments]:
    trained = job.chunks.filter(stage_name=TRAIN.name).order_by("number")
    return [
        {"model_version": version, "algorithm": algorithm}
        for version, algorithm in trained.values_list("result__model_version", "arguments__algorithm")
    ]


def _gate_amounts(job: Job) -> dict[str, float]:
    """Expect a comparison for each algorithm that is in service."""
    in_service = serving.active_algorithms()
    return {name: 1.0 for name in (wanted["algorithm"] for wanted in _plan(job)) if name in in_service}


def _gate(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    version = gate.decide(
        version=ModelVersion.objects.get(pk=chunk.arguments["model_version"]),
        data=snapshots.of_job(chunk.job),
        split=chunk.job.arguments.get("split", "random"),
        on_progress=subrange(on_progress, 0.0, 1.0, "Comparing with the model in service"),
    )
    compared = "difference" in version.metrics.get("gate", {})
    return Outcome({"model_version": version.pk, "state": version.state, "compared": compared})


TRAIN = Stage("train", "Training", _train, plan=_plan, weight=10, amounts=_amounts, grows_otherwise=GROW_OTHERWISE)
GATE = Stage(
    "gate",
    "Comparing with the model in service",
    _gate,
    plan=_plan_gate,
    weight=6,
    amounts=_gate_amounts,
    grows_otherwise=GROW_OTHERWISE,
)


@dataclass(frozen=True, slots=True)
class Option:
    """An algorithm with the defaults of the hyper-parameters that the admin asks for."""

    name: str
    label: str
    defaults: dict[str, Any]


def options() -> list[Option]:
    """Return every algorithm that can be trained."""
    return [Option(name, algorithm.label, _defaults(algorithm)) for name, algorithm in ALGORITHMS.items()]


def _defaults(algorithm: Algorithm) -> dict[str, Any]:
    return {hyperparameter.name: getattr(algorithm, hyperparameter.name) for hyperparameter in algorithm.offered}
