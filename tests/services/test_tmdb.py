"""Metadata from TMDB: what is asked, what is kept, how troubles are met."""

import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from movierec_site.env import adbc_uri
from recommender.models import Job, Movie
from recommender.services import jobs, title_search, tmdb, tmdb_client
from recommender.services.progress import JobCancelled
from recommender.services.title_search import build, search
from recommender.services.tmdb_client import CannotFetch
from tests.factories import make_movie
from tests.services.tmdb_server import KEY, TOKEN, TmdbServer, movie, posters_of
from tests.site.processes import wait_until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[TmdbServer]:
    """A TMDB that knows sixty movies, and settings that lead there; waits are short."""
    release = Path(settings.MOVIELENS_DATA) if settings.MOVIELENS_DATA else None
    monkeypatch.setattr(tmdb_client, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(tmdb_client, "SECONDS_PER_WAIT", 0.4)
    monkeypatch.setattr(tmdb_client, "SECONDS_PER_ANSWER", 0.8)
    with TmdbServer(posters_of(release, 60)).running() as running:
        settings.TMDB_URL, settings.TMDB_API_KEY, settings.TMDB_RATE = running.url, KEY, 40
        yield running


def add_movies(server: TmdbServer, n_movies: int) -> list[int]:
    """Store movies that the server knows, the most rated first, and return their TMDB ids."""
    tmdb_ids = list(server.movies)[:n_movies]
    for n, tmdb_id in enumerate(tmdb_ids):
        statistics = {"rating_count": 100 - n, "rating_mean": 3.5, "rating_median": 3.5}
        Movie.objects.create(pk=n + 1, title=f"Title {n}", tmdb_id=tmdb_id, **statistics)
    return tmdb_ids


def counts(fetched: tmdb.Fetched) -> tuple[int, int, int, int]:
    return fetched.updated, fetched.unknown, fetched.failed, fetched.skipped


def test_it_keeps_what_tmdb_tells_and_the_title_of_the_dataset(server: TmdbServer) -> None:
    (tmdb_id,) = add_movies(server, 1)
    make_movie(2, "Not on TMDB")
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 1)
    found = Movie.objects.get(pk=1)
    assert (found.title, found.original_title, found.tmdb_titles) == (
        "Title 0", f"Le film {tmdb_id}", [f"Der Film {tmdb_id}"],
    )  # fmt: skip
    assert (found.overview, found.runtime_minutes) == (f"What happens in {tmdb_id}.", 100)
    assert found.poster_path == server.movies[tmdb_id]["poster_path"]


def test_it_asks_the_most_rated_first_each_once_and_only_once(server: TmdbServer) -> None:
    tmdb_ids = add_movies(server, 45)
    Movie.objects.create(pk=1000, title="The same again", tmdb_id=tmdb_ids[0])
    assert counts(tmdb.fetch_metadata()) == (46, 0, 0, 0)
    assert sorted(server.asked) == sorted(tmdb_ids)
    assert set(server.asked[:40]) == set(tmdb_ids[:40])
    assert counts(tmdb.fetch_metadata()) == (0, 0, 0, 46)
    assert len(server.asked) == 45


def test_it_writes_a_batch_in_few_queries(server: TmdbServer, django_assert_num_queries: Any) -> None:
    answers = dict.fromkeys(add_movies(server, 40))
    with django_assert_num_queries(4):  # savepoint, select, update, release
        assert tmdb.save(answers=answers) == (0, 40)


def test_it_keeps_to_the_rate(server: TmdbServer, settings: Any) -> None:
    settings.TMDB_RATE = 20
    add_movies(server, 21)
    tmdb.fetch_metadata()
    times = server.times
    assert len(times) == 21
    assert times[-1] - times[0] >= 20 / 20 - 0.05
    assert all(times[n + 10] - times[n] >= 10 / 20 - 0.05 for n in range(11))


def test_it_remembers_ids_that_tmdb_does_not_know(server: TmdbServer) -> None:
    make_movie(1, "Lost", tmdb_id=999_999_999, poster_path="/old.jpg")
    assert counts(tmdb.fetch_metadata()) == (0, 1, 0, 0)
    assert counts(tmdb.fetch_metadata()) == (0, 0, 0, 1)
    assert len(server.asked) == 1
    assert Movie.objects.get().poster_path == "/old.jpg"
    Movie.objects.update(metadata_fetched_at=timezone.now() - Movie.UNKNOWN_FOR - timedelta(minutes=1))
    assert counts(tmdb.fetch_metadata()) == (0, 1, 0, 0)


def test_it_asks_again_when_the_id_is_another_or_the_answer_is_old(server: TmdbServer) -> None:
    tmdb_ids = list(server.movies)
    add_movies(server, 1)
    tmdb.fetch_metadata()
    Movie.objects.update(tmdb_id=tmdb_ids[1])
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert Movie.objects.get().overview == f"What happens in {tmdb_ids[1]}."
    Movie.objects.update(metadata_fetched_at=timezone.now() - Movie.FRESH_FOR - timedelta(minutes=1))
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert server.asked == [tmdb_ids[0], tmdb_ids[1], tmdb_ids[1]]


@pytest.mark.parametrize(
    "behaviour",
    ["status 500", "status 503", "status 429", "wait soon", "silence 1", "drip", "bad-json", "list", "other-movie",
     "truncated", "html", "huge"],
)  # fmt: skip
def test_it_tries_again_after_a_trouble(server: TmdbServer, behaviour: str) -> None:
    (tmdb_id,) = add_movies(server, 1)
    server.behave(tmdb_id, behaviour, behaviour)
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert len(server.asked) == 3


def test_it_gives_up_on_a_movie_after_five_tries_and_asks_in_the_next_run(server: TmdbServer) -> None:
    first, *_ = add_movies(server, 3)
    server.behave(first, *["status 500"] * 5)
    assert counts(tmdb.fetch_metadata()) == (2, 0, 1, 0)
    assert server.asked.count(first) == 5
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 2)


@pytest.mark.parametrize(("behaviour", "least", "most"), [("wait 1", 1.0, 2.5), ("wait-until 2", 0.9, 3.5)])
def test_it_lets_nobody_ask_while_tmdb_asks_to_wait(
    server: TmdbServer, behaviour: str, least: float, most: float
) -> None:
    first, *_ = add_movies(server, 20)
    server.behave(first, behaviour)
    assert counts(tmdb.fetch_metadata()) == (20, 0, 0, 0)
    gaps = [later - earlier for earlier, later in zip(server.times, server.times[1:], strict=False)]
    assert least <= max(gaps) <= most
    assert server.asked.count(first) == 2


def test_it_backs_off_longer_each_time_with_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tmdb_client, "FIRST_BACKOFF", 1.0)
    for attempt in range(4):
        waits = {tmdb_client._backoff(attempt) for _ in range(50)}
        assert len(waits) > 1
        assert all(2**attempt / 2 <= seconds <= 2**attempt for seconds in waits)


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("wait 3600", "asks to wait 60 minutes"),
        ("redirect", "answered 302, as TMDB does not; check TMDB_URL"),
        ("status 404", "answered 404, as TMDB does not; check TMDB_URL"),
        ("status 500", "10 times in a row no usable answer"),
    ],
)
def test_it_stops_when_going_on_is_no_use(server: TmdbServer, behaviour: str, sentence: str) -> None:
    add_movies(server, 40)
    server.always = behaviour
    with pytest.raises(CannotFetch, match=sentence):
        tmdb.fetch_metadata()
    assert len(server.asked) <= 70
    assert not Movie.objects.filter(metadata_fetched_at__isnull=False).exists()


def test_it_says_when_nobody_listens(server: TmdbServer, settings: Any) -> None:
    settings.TMDB_URL = "http://127.0.0.1:9/3"
    add_movies(server, 12)
    with pytest.raises(CannotFetch, match=r"127\.0\.0\.1 cannot be reached"):
        tmdb.fetch_metadata()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TMDB_API_KEY", "", "TMDB_API_KEY is empty; set it"),
        ("TMDB_API_KEY", "two\r\nlines", "TMDB_API_KEY contains characters"),
        ("TMDB_URL", "api.themoviedb.org", "TMDB_URL cannot be read"),
        ("TMDB_RATE", 0, "TMDB_RATE is 0; set it to 1 to 40"),
    ],
)
def test_it_names_a_wrong_setting(server: TmdbServer, settings: Any, name: str, value: Any, sentence: str) -> None:
    setattr(settings, name, value)
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("fetch_metadata", "--local")
    assert "lines" not in str(refused.value)
    assert server.asked == []


def test_it_sends_a_token_in_the_header_alone(server: TmdbServer, settings: Any) -> None:
    settings.TMDB_API_KEY = TOKEN
    add_movies(server, 1)
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert TOKEN not in server.paths[0]


@pytest.mark.parametrize("behaviour", ["status 401", "status 500", "silence 1", "truncated", "redirect", "bad-json"])
def test_it_never_tells_the_key(server: TmdbServer, caplog: pytest.LogCaptureFixture, behaviour: str) -> None:
    caplog.set_level(logging.DEBUG)
    (tmdb_id,) = add_movies(server, 1)
    server.behave(tmdb_id, *[behaviour] * 5)
    job = jobs.start(kind=Job.Kind.TMDB)
    jobs.run_here(job_id=job.pk)
    job.refresh_from_db()
    assert KEY in server.paths[0]
    assert KEY not in f"{job.result} {job.error} {job.traceback} {job.message} {caplog.text}"


@pytest.mark.parametrize("behaviour", ["wait 600", "silence 8"])
def test_it_stops_within_five_seconds_and_keeps_what_it_has(
    server: TmdbServer, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    monkeypatch.setattr(tmdb_client, "SECONDS_PER_WAIT", 4.0)
    *_, last = add_movies(server, 3)
    server.behave(last, behaviour)
    asked_to_stop = 0.0

    def cancel(share: float, message: str = "") -> None:
        nonlocal asked_to_stop
        if last in server.asked and share > 0.6:
            asked_to_stop = time.monotonic()
            raise JobCancelled

    with pytest.raises(JobCancelled):
        tmdb.fetch_metadata(on_progress=cancel)
    assert time.monotonic() - asked_to_stop < 2
    assert Movie.objects.filter(metadata_found=True).count() == 2


def test_it_cuts_what_would_not_fit(server: TmdbServer) -> None:
    (tmdb_id,) = add_movies(server, 1)
    titles = [{"title": title} for title in ("  Good\x00 one ", "x" * 513, "", "Good  one", None)]
    server.movies[tmdb_id] = movie(
        tmdb_id, "//evil.example/x.jpg", overview="y" * 9000, runtime=0, alternative_titles={"titles": titles}
    )
    tmdb.fetch_metadata()
    found = Movie.objects.get()
    assert (found.poster_path, found.runtime_minutes, found.tmdb_titles) == ("", None, ["Good  one"])
    assert len(found.overview) == 5000


@pytest.mark.parametrize("query", ["spirited away", "sen to chihiro no kamikakushi", "千と千尋の神隠し"])
def test_search_finds_a_movie_by_the_titles_that_came(server: TmdbServer, query: str) -> None:
    make_movie(7, "Spirited Away", 2001, "Animation", tmdb_id=129)
    make_movie(8, "Chinatown", 1974, "Crime")
    titles = {"titles": [{"title": "Sen to Chihiro no Kamikakushi"}]}
    server.movies[129] = movie(129, "/s.jpg", original_title="千と千尋の神隠し", alternative_titles=titles)
    build()
    assert not title_search.is_behind()
    output = io.StringIO()
    call_command("fetch_metadata", "--local", stdout=output)
    assert output.getvalue() == "Metadata: 1 updated, 0 unknown, 0 failed, 1 skipped.\n"
    assert not title_search.is_behind()
    assert [found.pk for found in search(query=query, limit=5).movies] == [7]


def test_a_job_builds_the_title_index_again_when_titles_came(server: TmdbServer) -> None:
    add_movies(server, 2)
    build()
    results = []
    for _ in range(2):
        job = jobs.run_here(job_id=jobs.start(kind=Job.Kind.TMDB).pk)
        assert job.state == Job.State.SUCCEEDED, job.traceback
        results.append(job.result or {})
    assert "model_version" in results[0]
    assert results[1] == {"updated": 0, "unknown": 0, "failed": 0, "skipped": 2, "title_index_is_behind": False}


def command(server: TmdbServer) -> "subprocess.Popen[str]":
    """Start `manage.py fetch_metadata --local` on the test's database."""
    environment = os.environ | {
        "DATABASE_URL": adbc_uri(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
        "TMDB_URL": server.url,
        "TMDB_API_KEY": KEY,
        "TMDB_RATE": "40",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "fetch_metadata", "--local"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # ignored in the background
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_is_taken_up_where_it_was(server: TmdbServer, how: signal.Signals) -> None:
    tmdb_ids = add_movies(server, 60)
    server.delay = 0.3
    with command(server) as killed:
        assert wait_until(lambda: len(server.asked) > 45, 60)
        killed.send_signal(how)
        _, errors = killed.communicate(timeout=30)
    assert killed.returncode != 0
    assert how != signal.SIGINT or "Interrupted. What has been fetched is saved" in errors
    done = set(Movie.objects.filter(metadata_found=True).values_list("tmdb_id", flat=True))
    assert set(tmdb_ids[:40]) <= done
    n_asked, server.delay = len(server.asked), 0.0
    with command(server) as again:
        output, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert sorted(server.asked[n_asked:]) == sorted(set(tmdb_ids) - done)
    assert output.splitlines()[-1] == (f"Metadata: {60 - len(done)} updated, 0 unknown, 0 failed, {len(done)} skipped.")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_runs_ask_for_no_id_twice(server: TmdbServer) -> None:
    tmdb_ids = add_movies(server, 50)
    with command(server) as one, command(server) as other:
        results = [process.communicate(timeout=90)[0].splitlines()[-1] for process in (one, other)]
    assert sorted(server.asked) == sorted(tmdb_ids)
    assert sorted(results) == [
        "Metadata: 0 updated, 0 unknown, 0 failed, 50 skipped.",
        "Metadata: 50 updated, 0 unknown, 0 failed, 0 skipped.",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_second_run_that_waits_can_be_cancelled(server: TmdbServer) -> None:
    def holds_the_lock() -> None:
        with tmdb._only_run(lambda *_: None):
            held.set()
            finished.wait(20)
        connection.close()

    held, finished = threading.Event(), threading.Event()
    holder = threading.Thread(target=holds_the_lock)
    holder.start()
    held.wait(10)

    def cancel(share: float, message: str = "") -> None:
        assert message == "Waiting for another run to end"
        raise JobCancelled

    try:
        with pytest.raises(JobCancelled):
            tmdb.fetch_metadata(on_progress=cancel)
    finally:
        finished.set()
        holder.join()
    assert server.asked == []
