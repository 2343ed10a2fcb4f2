"""The result of a training as one table: what went in, what came of each model, and why."""

from dataclasses import dataclass

from recommender.admin import job_words, version_figures
from recommender.models import Job, JobChunk, ModelVersion

State = ModelVersion.State
OUTCOMES = {
    State.ACTIVE: "In service",
    State.RETIRED: "Was in service",
    State.REJECTED: "Refused",
    State.CANDIDATE: "Not decided",
}
BUILT = "It is built of the same ratings and needs no comparison."
TRAIN, SNAPSHOT = "train", "snapshot"


@dataclass(frozen=True, slots=True)
class Row:
    """A model or index that was to be made; no version if it has not been made."""

    name: str
    made_of: str
    version: ModelVersion | None
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class TrainingTable:
    """How many ratings all of it was made of, None if that is not known yet, and a row for each model."""

    n_ratings: int | None
    rows: list[Row]


def of(job: Job) -> TrainingTable | None:
    """Return the table of a training or retraining, as far as it has come; None for other jobs."""
    if job.kind not in (Job.Kind.TRAIN, Job.Kind.RETRAIN):
        return None
    chunks = list(job.chunks.filter(stage_name__in=(TRAIN, SNAPSHOT)).order_by("stage", "number"))
    versions = {version.pk: version for version in job.model_versions.order_by("pk")}
    snapshot = next((chunk.result for chunk in chunks if chunk.stage_name == SNAPSHOT and chunk.result), None)
    trained = [chunk for chunk in chunks if chunk.stage_name == TRAIN]
    rows = [_trained(chunk, versions) for chunk in trained]
    shown = {row.version for row in rows}
    rows += [_row(version) for version in versions.values() if version not in shown]
    return TrainingTable((snapshot or {}).get("ratings"), rows)


def _trained(chunk: JobChunk, versions: dict[int, ModelVersion]) -> Row:
    version = versions.get((chunk.result or {}).get("model_version", 0))
    if version is not None:
        return _row(version)
    made_of = job_words.pairs(chunk.arguments.get("hyperparameters") or {})
    return Row(chunk.arguments.get("algorithm", ""), made_of, None, chunk.get_state_display(), chunk.error)


def _row(version: ModelVersion) -> Row:
    is_model = version.kind == ModelVersion.Kind.MODEL
    name = version.algorithm if is_model else version.get_kind_display()
    why = version_figures.sentence(version) or ("" if is_model else BUILT)
    return Row(name, job_words.pairs(version.parameters), version, OUTCOMES[State(version.state)], why)
