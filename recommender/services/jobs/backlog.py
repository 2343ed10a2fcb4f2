"""How much work waits for workers: queued chunks times the time that such chunks have taken lately."""

from dataclasses import dataclass

from django.db import connection

from recommender.models import Job

DEFAULT_SECONDS = 20.0
"""Assumed of chunks of a stage that no job of the kind has finished yet: what a chunk should take at most."""
RECENT_JOBS = 20
RECENT_CHUNKS = 200

QUEUED_SECONDS = """
WITH queued AS (
    SELECT job.kind, chunk.stage_name, count(*) AS n
    FROM recommender_jobchunk chunk JOIN recommender_job job ON job.id = chunk.job_id
    WHERE chunk.state = 'queued' AND job.state IN ('queued', 'running')
    GROUP BY job.kind, chunk.stage_name
)
SELECT queued.kind, sum(queued.n * coalesce(measured.seconds, %(default)s))
FROM queued LEFT JOIN LATERAL (
    SELECT avg(extract(epoch FROM recent.finished_at - recent.started_at))::float AS seconds
    FROM (
        SELECT chunk.started_at, chunk.finished_at
        FROM recommender_jobchunk chunk
        WHERE chunk.state = 'succeeded' AND chunk.stage_name = queued.stage_name AND chunk.job_id IN (
            SELECT id FROM recommender_job WHERE kind = queued.kind ORDER BY id DESC LIMIT %(jobs)s
        )
        ORDER BY chunk.finished_at DESC LIMIT %(chunks)s
    ) recent
) measured ON true
GROUP BY queued.kind
"""

STATE = """
SELECT
    (SELECT count(DISTINCT worker) FROM recommender_jobchunk WHERE state = 'running'),
    (SELECT extract(epoch FROM now() - min(heartbeat_at))::float FROM recommender_job WHERE state = 'queued'),
    (SELECT count(*) FROM recommender_job WHERE state = 'failed' AND finished_at > now() - interval '1 hour')
"""


@dataclass(frozen=True, slots=True)
class JobState:
    """Workers that run a chunk now, seconds that a job has waited for a worker, jobs that failed in the last hour."""

    busy_workers: int
    queue_age: float
    failed_jobs: int


def queued_seconds() -> dict[str, float]:
    """Return the seconds that the queued chunks of each kind of job would take a single worker."""
    known = {"default": DEFAULT_SECONDS, "jobs": RECENT_JOBS, "chunks": RECENT_CHUNKS}
    with connection.cursor() as cursor:
        cursor.execute(QUEUED_SECONDS, known)
        found = {kind: float(seconds) for kind, seconds in cursor.fetchall()}
    return dict.fromkeys(Job.Kind.values, 0.0) | found


def job_state() -> JobState:
    """Return what tells whether jobs get on: the age counts from when a queued job was last worked on or requested."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        busy_workers, queue_age, failed_jobs = cursor.fetchone()
    return JobState(busy_workers, max(queue_age or 0.0, 0.0), failed_jobs)
