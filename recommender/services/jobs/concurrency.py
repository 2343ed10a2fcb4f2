"""How many chunks a machine runs at once with `--concurrency auto`, and the threads that each of them gets.

As many of a kind as there are cores, and as the memory holds at the peak that chunks of this kind had before; one at a
time as long as that is not known. The cores are divided among those that run at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.db.models.fields.json import KT

from recommender.models import JobChunk

Kind = tuple[str, str]
"""The stage of a chunk and, where its arguments name one, its algorithm."""
IDLE_PROCESS = 150 << 20
"""Bytes of a process of the pool that has nothing to do."""
NEWEST = 2000
"""Chunks whose peaks count."""
LOCK = "SELECT pg_advisory_xact_lock(hashtext(%s))"
_threads_of_chunk: ContextVar[int] = ContextVar("threads_of_chunk", default=0)


def pool_size() -> int:
    """Return how many processes a worker has; at least two, so that a short job need not wait for a long one."""
    return min(max(settings.N_CORES, 2), max(settings.WORKER_MEMORY // IDLE_PROCESS, 1))


def n_threads() -> int:
    """Return the number of threads for what runs now."""
    return _threads_of_chunk.get() or settings.N_THREADS


def at_once(peak: int | None) -> int:
    """Return how many chunks of a kind may run at once, given the peak memory of one; None is unknown."""
    return max(min(settings.N_CORES, settings.WORKER_MEMORY // max(peak, 1)), 1) if peak is not None else 1


def has_room_for(chunk: JobChunk, *, worker: str) -> bool:
    """Tell whether this machine has cores and memory for one more chunk; locks the machine until the commit."""
    machine = worker.rpartition("@")[2]
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [machine])
    running = (
        JobChunk.objects.running().filter(worker__endswith=f"@{machine}").annotate(name=KT("arguments__algorithm"))
    )
    here = [(stage_name, name or "") for stage_name, name in running.values_list("stage_name", "name")]
    wanted = kind_of(chunk)
    peaks = peaks_of({wanted, *here})
    if here.count(wanted) >= at_once(peaks.get(wanted)):
        return False
    together = sum(peaks.get(kind, 0) for kind in (wanted, *here))
    return not here or together <= settings.WORKER_MEMORY


def kind_of(chunk: JobChunk) -> Kind:
    """Return the kind of a chunk."""
    return chunk.stage_name, str(chunk.arguments.get("algorithm", ""))


def peaks_of(kinds: set[Kind]) -> dict[Kind, int]:
    """Return the highest peak memory of the newest chunks of each kind, as far as there were any."""
    measured = JobChunk.objects.filter(state=JobChunk.State.SUCCEEDED, peak_memory__isnull=False)
    newest = measured.filter(stage_name__in={stage_name for stage_name, _ in kinds}).order_by("-pk").values("pk")
    grouped = JobChunk.objects.filter(pk__in=newest[:NEWEST]).annotate(name=KT("arguments__algorithm"))
    rows = grouped.values_list("stage_name", "name").annotate(peak=Max("peak_memory")).order_by()
    return {(stage_name, name or ""): peak for stage_name, name, peak in rows if (stage_name, name or "") in kinds}


@contextmanager
def threads_for(chunk: JobChunk) -> Iterator[None]:
    """Give what runs in this block the threads of a chunk: the cores divided by the chunks of its stage at once."""
    if not settings.CONCURRENCY_IS_AUTO or settings.THREADS_ARE_SET:
        yield
        return
    n_of_stage = JobChunk.objects.filter(job_id=chunk.job_id, stage=chunk.stage).count()
    n_at_once = min(at_once(peaks_of({kind_of(chunk)}).get(kind_of(chunk))), max(n_of_stage, 1))
    token = _threads_of_chunk.set(max(settings.N_CORES // n_at_once, 1))
    try:
        yield
    finally:
        _threads_of_chunk.reset(token)
