"""How far a job is: what the progress of its chunks adds up to."""

from datetime import timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import Now

from recommender.models import Job, JobChunk
from recommender.services.job_kinds import stages_of

EVERY = timedelta(seconds=0.4)


def add_up(*, job_id: int, message: str) -> None:
    """Bring a job's progress and words up to date, unless another chunk has done so a moment ago."""
    due = Job.objects.filter(
        pk=job_id, state__in=(Job.State.RUNNING, Job.State.CANCELLING), heartbeat_at__lt=Now() - EVERY
    )
    job = due.first()
    if job is None:
        return
    stages = stages_of(job)
    chunks = job.chunks.filter(stage=job.stage).aggregate(
        n=Count("pk"), done=Count("pk", filter=Q(state=JobChunk.State.SUCCEEDED)), progress=Sum("progress", default=0.0)
    )
    weights = [stage.weight for stage in stages]
    share = chunks["progress"] / max(chunks["n"], 1)
    progress = (sum(weights[: job.stage]) + weights[job.stage] * share) / sum(weights)
    if chunks["n"] > 1:
        message = f"{stages[job.stage].label}: {chunks['done']} of {chunks['n']}"
    due.filter(stage=job.stage).update(
        progress=min(progress, 1.0), message=(message or stages[job.stage].label)[:200], heartbeat_at=Now()
    )
