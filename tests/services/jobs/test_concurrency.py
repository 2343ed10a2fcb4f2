"""With `--concurrency auto`, as many chunks run at once as cores and memory allow, and share the cores."""

from typing import Any

import pytest

from recommender.models import Job, JobChunk
from recommender.services import jobs
from recommender.services.jobs import concurrency
from recommender.services.jobs.chunks import claim
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome
from tests.support.factories import LONG_AGO, make_chunk, make_job
from tests.support.job_plans import nothing, put_in_place, split_stage, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]
ALICES, BOBS = "worker@alices-machine", "worker@bobs-machine"


@pytest.fixture(autouse=True)
def eight_cores(settings: Any) -> None:
    """A machine with eight cores and a thousand bytes for workers."""
    settings.CONCURRENCY_IS_AUTO, settings.THREADS_ARE_SET = True, False
    settings.N_CORES, settings.N_THREADS, settings.WORKER_MEMORY = 8, 8, 1000


def measured(peak: int, *, stage_name: str = "parts", algorithm: str = "") -> None:
    """Record a chunk that has used so much memory."""
    finished = {"state": JobChunk.State.SUCCEEDED, "started_at": LONG_AGO, "finished_at": LONG_AGO}
    arguments = {"algorithm": algorithm} if algorithm else {}
    old = make_job(arguments={"old": JobChunk.objects.count()})
    make_chunk(job=old, stage_name=stage_name, peak_memory=peak, arguments=arguments, **finished)


def claimed(job: Job, worker: str = ALICES) -> int:
    """Claim as many chunks as there is room for; return how many."""
    return sum(1 for _ in iter(lambda: claim(job_id=job.pk, worker=worker), None))


@pytest.mark.parametrize(("peak", "n"), [(None, 1), (1, 8), (125, 8), (126, 7), (300, 3), (1000, 1), (5000, 1)])
def test_as_many_run_at_once_as_there_are_cores_and_memory_for_them(peak: int | None, n: int) -> None:
    assert concurrency.at_once(peak) == n


def test_one_runs_alone_until_its_memory_is_known_then_as_many_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, split_stage("parts", 9, nothing))
    job = start()
    assert claimed(job) == 1
    assert claimed(job, BOBS) == 1  # another machine, another memory
    measured(300)
    assert claimed(job) == 2


def test_the_highest_of_the_recorded_peaks_of_that_kind_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, split_stage("parts", 9, nothing))
    measured(200)
    measured(450)
    measured(100)
    measured(900, stage_name="others")
    assert claimed(start()) == 2


def test_kinds_share_the_memory_and_one_always_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, split_stage("parts", 9, nothing))
    measured(400)
    measured(700, stage_name="others")
    other = make_job(kind=Job.Kind.SNAPSHOT)
    running = {"state": JobChunk.State.RUNNING, "started_at": LONG_AGO}
    make_chunk(job=other, stage_name="others", worker=ALICES, **running)
    job = start()
    assert claimed(job) == 0
    measured(5000)
    assert claimed(job, BOBS) == 1


def test_without_auto_nothing_is_held_back(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CONCURRENCY_IS_AUTO = False
    put_in_place(monkeypatch, split_stage("parts", 9, nothing))
    measured(900)
    assert claimed(start()) == 9


@pytest.mark.parametrize(("peak", "n_chunks", "threads"), [(None, 9, 8), (300, 9, 2), (1, 9, 1), (1, 2, 4), (1, 1, 8)])
def test_the_cores_are_divided_among_those_that_run_at_once(
    monkeypatch: pytest.MonkeyPatch, peak: int | None, n_chunks: int, threads: int
) -> None:
    had: list[int] = []

    def count(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        had.append(concurrency.n_threads())
        return Outcome()

    put_in_place(monkeypatch, split_stage("parts", n_chunks, count))
    if peak is not None:
        measured(peak)
    jobs.run_chunk(job_id=start().pk, worker=ALICES)
    assert had == [threads]
    assert concurrency.n_threads() == 8


def test_a_number_of_threads_that_is_set_stays(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.N_THREADS, settings.THREADS_ARE_SET = 3, True
    with concurrency.threads_for(make_chunk()):
        assert concurrency.n_threads() == 3


def test_a_machine_that_has_room_again_is_offered_what_it_had_none_for(
    notified: list[int], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    put_in_place(monkeypatch, split_stage("parts", 3, nothing))
    first, second = start(number=1), start(number=2)
    with django_capture_on_commit_callbacks(execute=True):
        notified.clear()
        jobs.run_chunk(job_id=first.pk, worker=ALICES)
    assert notified == [first.pk] * 2 + [second.pk] * 3


def test_a_pool_has_a_process_for_each_core_that_memory_holds(settings: Any) -> None:
    for cores, memory, processes in ((8, 64 << 30, 8), (1, 64 << 30, 2), (8, 512 << 20, 3), (8, 10 << 20, 1)):
        settings.N_CORES, settings.WORKER_MEMORY = cores, memory
        assert concurrency.pool_size() == processes
