"""State transitions of chunks and what follows for their job. Each one locks the job's row first."""

import traceback
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce, Now

from recommender.models import Job, JobChunk
from recommender.services.jobs import log
from recommender.services.jobs.broker import notify_workers
from recommender.services.jobs.errors import sentence
from recommender.services.jobs.history import machine_seconds
from recommender.services.jobs.progress import ChunkLost, JobCancelled
from recommender.services.jobs.stages import Outcome, Stage, stages_of
from recommender.services.storage.outages import is_away

State = Job.State
FAILED_STAGES = "failed_stages"


@transaction.atomic
def succeed(*, chunk: JobChunk, outcome: Outcome) -> None:
    """Finish a chunk, commit its outcome and continue the job.

    Raises
    ------
    ChunkLost
        If another attempt has claimed the chunk.
    JobCancelled
        If the outcome has something to commit and the job has been cancelled or has failed.
    """
    job = Job.objects.locked(chunk.job_id)
    same_attempt = JobChunk.objects.same_attempt(chunk)
    if not same_attempt.exists():
        raise ChunkLost
    result = dict(outcome.result)
    if outcome.commit is not None:
        if job.state != State.RUNNING:
            raise JobCancelled
        result |= outcome.commit()
    same_attempt.update(
        state=JobChunk.State.SUCCEEDED,
        progress=1,
        result=result,
        artifact_key=outcome.artifact.key if outcome.artifact else "",
        artifact_sha256=outcome.artifact.sha256 if outcome.artifact else "",
        peak_memory=chunk.peak_memory,
        heartbeat_at=Now(),
        finished_at=Now(),
    )
    if job.state == State.RUNNING:
        if job.waits:
            Job.objects.filter(pk=job.pk).update(waits=0, waits_until=None)
        advance(job)
    else:
        sync_state(job)


@transaction.atomic
def fail(*, chunk: JobChunk, error: str, trace: str = "") -> None:
    """Fail a chunk and, unless its stage is optional, its job, whose other chunks then stop at their next step."""
    job = Job.objects.locked(chunk.job_id)
    failed = JobChunk.objects.same_attempt(chunk).update(
        state=JobChunk.State.FAILED,
        error=error,
        traceback=trace,
        peak_memory=chunk.peak_memory,
        finished_at=Now(),
    )
    if not failed:
        return
    stage = stages_of(job)[chunk.stage]
    if job.state != State.RUNNING:
        sync_state(job)
    elif stage.optional:
        log.write(job_id=job.pk, text=f"Goes on although a stage failed. {stage.label}: {error}")
        advance(job)
    else:
        finish(job, State.FAILED, error=error, traceback=trace)


@transaction.atomic
def hand_back(*, chunk: JobChunk, why: str) -> None:
    """Queue a chunk again so that any worker can claim it."""
    job = Job.objects.locked(chunk.job_id)
    if JobChunk.objects.same_attempt(chunk).update(state=JobChunk.State.QUEUED, progress=0, heartbeat_at=Now()):
        log.write(job_id=job.pk, text=f"{why}: {chunk} was handed back by {chunk.worker or 'its worker'}.")
        sync_state(job)
        if job.state in (State.QUEUED, State.RUNNING):
            transaction.on_commit(partial(notify_workers, job_id=job.pk))


def sync_state(job: Job) -> None:
    """Update a (locked) job's state after one of its chunks has stopped running."""
    if job.chunks.running().exists():
        return
    if job.state == State.CANCELLING:
        finish(job, State.CANCELLED)
    elif job.state == State.RUNNING:
        job.state = State.QUEUED
        job.save(update_fields=["state"])


def advance(job: Job) -> None:
    """Plan the next stage of a (locked, running) job once this one is done; after the last one, finish the job."""
    stages = stages_of(job)
    while not job.chunks.unfinished().exists():  # failed ones are of optional stages, or the job would not be running
        if job.stage + 1 == len(stages):
            finish(job, State.SUCCEEDED, result=_results(job, stages), progress=1)
            return
        try:
            with transaction.atomic():
                plan(job, stages, job.stage + 1)
        except Exception as error:
            if is_away(error):
                raise  # the chunk is repeated when storage is back, and the next stage planned after it
            finish(job, State.FAILED, error=sentence(error), traceback=traceback.format_exc())
            return


def plan(job: Job, stages: tuple[Stage, ...], number: int) -> None:
    """Create the chunks of a stage and notify a worker for each."""
    stage = stages[number]
    chunks = [
        JobChunk(job=job, stage=number, stage_name=stage.name, number=position, arguments=arguments)
        for position, arguments in enumerate(stage.plan(job))
    ]
    JobChunk.objects.bulk_create(chunks)
    Job.objects.filter(pk=job.pk).update(stage=number)
    job.stage = number
    log.write(job_id=job.pk, text=f"{stage.label}: {'1 chunk' if len(chunks) == 1 else f'{len(chunks)} chunks'}.")
    if chunks:
        transaction.on_commit(partial(notify_workers, job_id=job.pk, times=len(chunks)))


def finish(job: Job, state: Job.State, **fields: Any) -> None:
    """Finish a (locked) job. The files of its chunks stay for now: a retry may need them, see `recovery.clean_up`."""
    peak = job.chunks.aggregate(peak=Max("peak_memory"))["peak"]
    Job.objects.filter(pk=job.pk).update(
        machine_seconds=machine_seconds(job.pk),
        state=state,
        finished_at=Now(),
        peak_memory=peak,
        waits=0,
        waits_until=None,
        **fields,
    )
    job.state = state
    log.write(job_id=job.pk, text=f"{state.label}. {fields.get('error', '')}".strip())


def mark_claimed(job: Job, *, worker: str) -> None:
    """Record that a worker has claimed a chunk of a (locked) job."""
    fields: dict[str, Any] = {"worker": worker[:128], "heartbeat_at": Now()}
    if job.state == State.QUEUED:
        fields |= {
            "state": State.RUNNING,
            "attempts": F("attempts") + 1,
            "started_at": Coalesce(F("started_at"), Now()),
            "resumed_at": Now(),
            "resumed_progress": F("progress"),
        }
        log.write(job_id=job.pk, text=f"Claimed by {worker or 'an unnamed worker'}.")
    Job.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()


def _results(job: Job, stages: tuple[Stage, ...]) -> dict[str, Any]:
    """Return the merged results of the stages with a single chunk, later ones overriding earlier ones.

    What failed in optional stages is added under the name FAILED_STAGES.
    """
    rows = list(job.chunks.order_by("stage", "number").values_list("stage", "number", "result", "error"))
    split = {stage for stage, number, *_ in rows if number > 0}
    merged: dict[str, Any] = {}
    for stage, _, result, _ in rows:
        if stage not in split:
            merged |= result or {}
    errors = [f"{stages[stage].label}: {error}" for stage, *_, error in rows if error]
    return merged | ({FAILED_STAGES: errors} if errors else {})
