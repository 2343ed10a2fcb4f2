"""Metadata from TMDB: which movies are asked about, what is saved, and how errors are handled."""

import io
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from recommender.models import Job, Movie
from recommender.services import jobs
from recommender.services.catalogue import title_search, tmdb, tmdb_client
from recommender.services.catalogue.title_search import build, search
from recommender.services.catalogue.tmdb_client import CannotFetch
from recommender.services.jobs.progress import JobCancelled
from recommender.titles.query import TitleQuery
from tests.support.factories import make_movie
from tests.support.tmdb_server import KEY, TOKEN, TmdbServer, add_movies, movie

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db


def counts(fetched: tmdb.Fetched) -> tuple[int, int, int, int]:
    return fetched.updated, fetched.unknown, fetched.failed, fetched.skipped


def test_it_saves_the_metadata_and_keeps_the_title_of_the_dataset(tmdb_server: TmdbServer) -> None:
    (tmdb_id,) = add_movies(tmdb_server, 1)
    make_movie(2, "Not on TMDB")
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 1)
    found = Movie.objects.get(pk=1)
    assert (found.title, found.original_title, found.tmdb_titles) == (
        "Title 0", f"Le film {tmdb_id}", [f"Der Film {tmdb_id}"],
    )  # fmt: skip
    assert (found.overview, found.runtime_minutes) == (f"What happens in {tmdb_id}.", 100)
    assert found.poster_path == tmdb_server.movies[tmdb_id]["poster_path"]


def test_it_asks_about_each_movie_once_the_most_rated_first(tmdb_server: TmdbServer) -> None:
    tmdb_ids = add_movies(tmdb_server, 45)
    Movie.objects.create(pk=1000, title="The same again", tmdb_id=tmdb_ids[0])
    assert counts(tmdb.fetch_metadata()) == (46, 0, 0, 0)
    assert sorted(tmdb_server.asked) == sorted(tmdb_ids)
    assert set(tmdb_server.asked[:40]) == set(tmdb_ids[:40])
    assert counts(tmdb.fetch_metadata()) == (0, 0, 0, 46)
    assert len(tmdb_server.asked) == 45


def test_it_writes_a_batch_in_few_queries(tmdb_server: TmdbServer, django_assert_num_queries: Any) -> None:
    unknown = dict.fromkeys(add_movies(tmdb_server, 40))
    with django_assert_num_queries(9):  # savepoint, select, update, five of rows that differ, release
        assert tmdb.save(metadata_by_id=unknown) == (0, 40)


def test_it_respects_the_rate_limit(tmdb_server: TmdbServer, settings: Any) -> None:
    settings.TMDB_RATE = 20
    add_movies(tmdb_server, 21)
    tmdb.fetch_metadata()
    times = tmdb_server.times
    assert len(times) == 21
    assert times[-1] - times[0] >= 20 / 20 - 0.05
    assert all(times[n + 10] - times[n] >= 10 / 20 - 0.05 for n in range(11))


def test_it_remembers_ids_that_tmdb_does_not_know(tmdb_server: TmdbServer) -> None:
    make_movie(1, "Lost", tmdb_id=999_999_999, poster_path="/old.jpg")
    assert counts(tmdb.fetch_metadata()) == (0, 1, 0, 0)
    assert counts(tmdb.fetch_metadata()) == (0, 0, 0, 1)
    assert len(tmdb_server.asked) == 1
    assert Movie.objects.get().poster_path == "/old.jpg"
    Movie.objects.update(metadata_fetched_at=timezone.now() - Movie.UNKNOWN_FOR - timedelta(minutes=1))
    assert counts(tmdb.fetch_metadata()) == (0, 1, 0, 0)


def test_it_asks_again_when_the_id_has_changed_or_the_metadata_is_old(tmdb_server: TmdbServer) -> None:
    tmdb_ids = list(tmdb_server.movies)
    add_movies(tmdb_server, 1)
    tmdb.fetch_metadata()
    Movie.objects.update(tmdb_id=tmdb_ids[1])
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert Movie.objects.get().overview == f"What happens in {tmdb_ids[1]}."
    Movie.objects.update(metadata_fetched_at=timezone.now() - Movie.FRESH_FOR - timedelta(minutes=1))
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert tmdb_server.asked == [tmdb_ids[0], tmdb_ids[1], tmdb_ids[1]]


@pytest.mark.parametrize(
    "behaviour",
    ["status 500", "status 503", "status 429", "wait soon", "silence 1", "drip", "bad-json", "list", "other-movie",
     "truncated", "html", "huge"],
)  # fmt: skip
def test_it_tries_again_after_an_error(tmdb_server: TmdbServer, behaviour: str) -> None:
    (tmdb_id,) = add_movies(tmdb_server, 1)
    tmdb_server.behave(tmdb_id, behaviour, behaviour)
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert len(tmdb_server.asked) == 3


def test_it_gives_up_on_a_movie_after_five_tries_and_asks_in_the_next_run(tmdb_server: TmdbServer) -> None:
    first, *_ = add_movies(tmdb_server, 3)
    tmdb_server.behave(first, *["status 500"] * 5)
    assert counts(tmdb.fetch_metadata()) == (2, 0, 1, 0)
    assert tmdb_server.asked.count(first) == 5
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 2)


@pytest.mark.parametrize(("behaviour", "least"), [("wait 1", 1.0), ("wait-until 2", 0.9)])
def test_it_sends_nothing_while_tmdb_asks_it_to_wait(tmdb_server: TmdbServer, behaviour: str, least: float) -> None:
    first, *_ = add_movies(tmdb_server, 20)
    tmdb_server.behave(first, behaviour)
    assert counts(tmdb.fetch_metadata()) == (20, 0, 0, 0)
    gaps = [later - earlier for earlier, later in zip(tmdb_server.times, tmdb_server.times[1:], strict=False)]
    assert max(gaps) >= least
    assert tmdb_server.asked.count(first) == 2


def test_it_backs_off_longer_each_time_with_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tmdb_client, "FIRST_BACKOFF", 1.0)
    for attempt in range(4):
        waits = {tmdb_client._backoff(attempt) for _ in range(50)}
        assert len(waits) > 1
        assert all(2**attempt / 2 <= seconds <= 2**attempt for seconds in waits)


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("wait 3600", "asks us to wait 60 minutes"),
        ("redirect", "answered 302, which TMDB never does; check TMDB_URL"),
        ("status 404", "answered 404, which TMDB never does; check TMDB_URL"),
        ("status 500", "no usable response 10 times in a row"),
    ],
)
def test_it_stops_when_no_request_can_succeed(tmdb_server: TmdbServer, behaviour: str, sentence: str) -> None:
    add_movies(tmdb_server, 40)
    tmdb_server.always = behaviour
    with pytest.raises(CannotFetch, match=sentence):
        tmdb.fetch_metadata()
    assert len(tmdb_server.asked) <= 120  # of 200: what the other threads have begun is finished
    assert not Movie.objects.filter(metadata_fetched_at__isnull=False).exists()


def test_it_says_when_the_server_cannot_be_reached(tmdb_server: TmdbServer, settings: Any) -> None:
    settings.TMDB_URL = "http://127.0.0.1:9/3"
    add_movies(tmdb_server, 12)
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
def test_it_names_a_wrong_setting(tmdb_server: TmdbServer, settings: Any, name: str, value: Any, sentence: str) -> None:
    setattr(settings, name, value)
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("fetch_metadata", "--local")
    assert "lines" not in str(refused.value)
    assert tmdb_server.asked == []


def test_it_sends_a_token_only_in_the_header(tmdb_server: TmdbServer, settings: Any) -> None:
    settings.TMDB_API_KEY = TOKEN
    add_movies(tmdb_server, 1)
    assert counts(tmdb.fetch_metadata()) == (1, 0, 0, 0)
    assert TOKEN not in tmdb_server.paths[0]


@pytest.mark.parametrize("behaviour", ["status 401", "status 500", "silence 1", "truncated", "redirect", "bad-json"])
def test_it_never_reveals_the_key(tmdb_server: TmdbServer, caplog: pytest.LogCaptureFixture, behaviour: str) -> None:
    caplog.set_level(logging.DEBUG)
    (tmdb_id,) = add_movies(tmdb_server, 1)
    tmdb_server.behave(tmdb_id, *[behaviour] * 5)
    job = jobs.start(kind=Job.Kind.TMDB)
    jobs.run_here(job_id=job.pk)
    job.refresh_from_db()
    assert KEY in tmdb_server.paths[0]
    assert KEY not in f"{job.result} {job.error} {job.traceback} {job.message} {caplog.text}"


@pytest.mark.parametrize("behaviour", ["wait 600", "silence 600"])
def test_it_stops_without_waiting_when_cancelled_and_keeps_what_it_has(
    tmdb_server: TmdbServer, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    monkeypatch.setattr(tmdb_client, "READ_TIMEOUT", 600.0)
    *_, last = add_movies(tmdb_server, 3)
    tmdb_server.behave(last, behaviour)

    def cancel(share: float, message: str = "") -> None:
        if last in tmdb_server.asked and share > 0.6:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        tmdb.fetch_metadata(on_progress=cancel)  # would take 600 s if it waited
    assert Movie.objects.filter(metadata_found=True).count() == 2


def test_it_cuts_or_drops_values_that_do_not_fit(tmdb_server: TmdbServer) -> None:
    (tmdb_id,) = add_movies(tmdb_server, 1)
    titles = [{"title": title} for title in ("  Good\x00 one ", "x" * 513, "", "Good  one", None)]
    tmdb_server.movies[tmdb_id] = movie(
        tmdb_id, "//evil.example/x.jpg", overview="y" * 9000, runtime=0, alternative_titles={"titles": titles}
    )
    tmdb.fetch_metadata()
    found = Movie.objects.get()
    assert (found.poster_path, found.runtime_minutes, found.tmdb_titles) == ("", None, ["Good  one"])
    assert len(found.overview) == 5000


@pytest.mark.parametrize("query", ["spirited away", "sen to chihiro no kamikakushi", "千と千尋の神隠し"])
def test_search_finds_a_movie_by_its_fetched_titles(tmdb_server: TmdbServer, query: str) -> None:
    make_movie(7, "Spirited Away", 2001, "Animation", tmdb_id=129)
    make_movie(8, "Chinatown", 1974, "Crime")
    titles = {"titles": [{"title": "Sen to Chihiro no Kamikakushi"}]}
    tmdb_server.movies[129] = movie(129, "/s.jpg", original_title="千と千尋の神隠し", alternative_titles=titles)
    build()
    assert not title_search.is_behind()
    output = io.StringIO()
    call_command("fetch_metadata", "--local", stdout=output)
    assert output.getvalue() == "Metadata: 1 updated, 0 unknown, 0 failed, 1 skipped.\n"
    assert not title_search.is_behind()
    assert [found.pk for found in search(TitleQuery(query, limit=5)).movies] == [7]


def test_a_job_rebuilds_the_title_index_when_titles_were_fetched(tmdb_server: TmdbServer) -> None:
    add_movies(tmdb_server, 2)
    build()
    results = []
    for _ in range(2):
        job = jobs.run_here(job_id=jobs.start(kind=Job.Kind.TMDB).pk)
        assert job.state == Job.State.SUCCEEDED, job.traceback
        results.append(job.result or {})
    assert "model_version" in results[0]
    assert results[1] == {"updated": 0, "unknown": 0, "failed": 0, "skipped": 2, "title_index_is_behind": False}
