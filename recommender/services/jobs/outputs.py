"""Files of a job's chunks in artifact storage: written by one stage, read by later ones, removed after the job."""

from pathlib import Path

from recommender.models import Job, JobChunk
from recommender.services.storage import artifacts
from recommender.services.storage.artifacts import StoredArtifact


class OutputMissing(Exception):
    """A stage needs outputs that no earlier stage has written."""


def store(*, chunk: JobChunk, path: Path) -> StoredArtifact:
    """Put a file of a chunk into artifact storage; its key is saved in the chunk's row when the chunk finishes."""
    Job.objects.filter(pk=chunk.job_id, has_outputs=False).update(has_outputs=True)
    return artifacts.store(path=path, name=_folder(chunk.job_id))


def files(*, job: Job, stage: str) -> list[Path]:
    """Return verified local copies of the files that the chunks of a stage have stored, in the order of the chunks."""
    rows = job.chunks.filter(stage_name=stage).exclude(artifact_key="").order_by("stage", "number")
    return [
        artifacts.local_file(key=key, sha256=sha256)
        for key, sha256 in rows.values_list("artifact_key", "artifact_sha256")
    ]


def file(*, job: Job, stage: str) -> Path:
    """Return a local copy of the one file that a stage has stored.

    Raises
    ------
    OutputMissing
        If the stage has stored none or several.
    """
    found = files(job=job, stage=stage)
    if len(found) != 1:
        raise OutputMissing(
            f"{job} has {len(found)} files of the stage {stage!r} where one is needed; start a new job."
        )
    return found[0]


def remove(*, job_id: int) -> None:
    """Remove all files of a job, including those of unfinished attempts."""
    artifacts.delete_folder(name=_folder(job_id))
    JobChunk.objects.filter(job_id=job_id).exclude(artifact_key="").update(artifact_key="", artifact_sha256="")
    Job.objects.filter(pk=job_id).update(has_outputs=False)


def _folder(job_id: int) -> str:
    return f"jobs/{job_id}"
