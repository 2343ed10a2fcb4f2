"""Runs that fetch metadata in separate processes: killed, interrupted, or two at a time."""

import signal
import subprocess
import threading

import pytest
from django.db import connection

from recommender.models import Movie
from recommender.services.catalogue import tmdb
from recommender.services.catalogue.tmdb_run import one_run_at_a_time
from recommender.services.jobs.progress import JobCancelled
from tests.support.processes import PATIENCE, manage, wait_until
from tests.support.tmdb_server import KEY, TmdbServer, add_movies


def command(tmdb_server: TmdbServer) -> "subprocess.Popen[str]":
    """Start `manage.py fetch_metadata --local` on the test's database."""
    return manage("fetch_metadata", "--local", TMDB_URL=tmdb_server.url, TMDB_API_KEY=KEY, TMDB_RATE="40")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_next_run_continues_a_killed_one(tmdb_server: TmdbServer, how: signal.Signals) -> None:
    tmdb_ids = add_movies(tmdb_server, 60)
    tmdb_server.delay = 0.3
    with command(tmdb_server) as killed:
        assert wait_until(lambda: len(tmdb_server.asked) > 45)
        killed.send_signal(how)
        _, errors = killed.communicate(timeout=PATIENCE)
    assert killed.returncode != 0
    assert how != signal.SIGINT or "Interrupted. What has been fetched is saved" in errors
    done = set(Movie.objects.filter(metadata_found=True).values_list("tmdb_id", flat=True))
    assert set(tmdb_ids[:40]) <= done
    n_asked, tmdb_server.delay = len(tmdb_server.asked), 0.0
    with command(tmdb_server) as again:
        output, errors = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, errors
    assert sorted(tmdb_server.asked[n_asked:]) == sorted(set(tmdb_ids) - done)
    assert output.splitlines()[-1] == (f"Metadata: {60 - len(done)} updated, 0 unknown, 0 failed, {len(done)} skipped.")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_runs_never_ask_about_the_same_id(tmdb_server: TmdbServer) -> None:
    tmdb_ids = add_movies(tmdb_server, 50)
    with command(tmdb_server) as one, command(tmdb_server) as other:
        results = [process.communicate(timeout=PATIENCE)[0].splitlines()[-1] for process in (one, other)]
    assert sorted(tmdb_server.asked) == sorted(tmdb_ids)
    assert sorted(results) == [
        "Metadata: 0 updated, 0 unknown, 0 failed, 50 skipped.",
        "Metadata: 50 updated, 0 unknown, 0 failed, 0 skipped.",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_second_run_that_waits_can_be_cancelled(tmdb_server: TmdbServer) -> None:
    def holds_the_lock() -> None:
        with one_run_at_a_time(lambda *_: None):
            held.set()
            finished.wait(PATIENCE)
        connection.close()

    held, finished = threading.Event(), threading.Event()
    holder = threading.Thread(target=holds_the_lock)
    holder.start()
    held.wait(PATIENCE)

    def cancel(share: float, message: str = "") -> None:
        assert message == "Waiting for another run to finish"
        raise JobCancelled

    try:
        with pytest.raises(JobCancelled):
            tmdb.fetch_metadata(on_progress=cancel)
    finally:
        finished.set()
        holder.join()
    assert tmdb_server.asked == []
