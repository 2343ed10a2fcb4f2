"""New and coming films from TMDB: which are added, that each is added once, and what has changed is fetched again."""

import signal
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from recommender.models import Job, Movie
from recommender.services import jobs
from recommender.services.catalogue import new_movies, title_search
from recommender.services.catalogue.tmdb_client import CannotFetch
from recommender.services.jobs.progress import JobCancelled
from recommender.titles.query import TitleQuery
from tests.support.factories import make_job, make_movie
from tests.support.processes import PATIENCE, manage, wait_until
from tests.support.tmdb_server import KEY, TmdbServer, movie

TODAY = date.today()
pytestmark = pytest.mark.django_db


def listed(server: TmdbServer, tmdb_id: int, days: int = -10, **more: Any) -> None:
    """Let TMDB have a film that is released so many days from now."""
    figures = {"release_date": (TODAY + timedelta(days=days)).isoformat(), "vote_count": 0, "popularity": 0.0}
    server.movies[tmdb_id] = movie(tmdb_id, f"/{tmdb_id}.jpg", **figures | more)


@pytest.fixture
def server(tmdb_server: TmdbServer) -> TmdbServer:
    """A TMDB without films."""
    tmdb_server.movies.clear()
    return tmdb_server


def test_it_adds_films_that_enough_people_look_at_or_have_voted_on(server: TmdbServer) -> None:
    listed(server, 1, vote_count=500)
    listed(server, 2, popularity=80.0)
    listed(server, 3, days=40, popularity=25.0, title="Heat Again", imdb_id="tt1234567", genres=[{"name": "Family"}])
    listed(server, 4, vote_count=3, popularity=2.0)
    listed(server, 5, days=-200, vote_count=9000)
    listed(server, 6, days=90, popularity=99.0)
    listed(server, 7, vote_count=900, adult=True)
    assert new_movies.add_new() == 3
    assert set(Movie.objects.values_list("tmdb_id", "pk")) == {
        (1, 2_000_000_001),
        (2, 2_000_000_002),
        (3, 1_001_234_567),
    }
    coming = Movie.objects.with_genres().get(tmdb_id=3)
    assert (coming.title, coming.released_on, coming.genre_names) == (
        "Heat Again", TODAY + timedelta(days=40), ["Children"],
    )  # fmt: skip
    assert (coming.metadata_found, coming.poster_path) == (True, "/3.jpg")


def test_no_film_is_added_twice_nor_asked_about_again(server: TmdbServer) -> None:
    make_movie(7, "Known by its IMDb id", imdb_id="0111161")
    make_movie(8, "Known by its TMDB id", tmdb_id=2)
    listed(server, 1, vote_count=500, imdb_id="tt0111161")
    listed(server, 2, vote_count=500)
    listed(server, 3, vote_count=500, imdb_id="tt0000003")
    assert new_movies.add_new() == 1
    assert sorted(Movie.objects.values_list("pk", "tmdb_id")) == [(7, 1), (8, 2), (1_000_000_003, 3)]
    assert sorted(server.asked) == [0, 0, 1, 3]
    assert new_movies.add_new() == 0
    assert sorted(server.asked) == [0, 0, 0, 0, 1, 3]


def test_it_reads_several_pages_and_stops_where_films_are_too_little_known(server: TmdbServer) -> None:
    for tmdb_id in range(1, 46):
        listed(server, tmdb_id, popularity=1000.0 - tmdb_id)
    for tmdb_id in range(46, 400):
        listed(server, tmdb_id, popularity=1.0)
    assert new_movies.add_new() == 45
    assert sum("popularity.desc" in path for path in server.paths) <= 1 + new_movies.PAGES_PER_BATCH


def test_a_list_without_end_is_cut_off(server: TmdbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_movies, "MAX_LIST_PAGES", 2)
    for tmdb_id in range(1, 100):
        listed(server, tmdb_id, popularity=99.0)
    assert new_movies.add_new() == 40


@pytest.mark.parametrize("behaviour", ["bad-json", "list", "html", "truncated", "status 500", "silence 1", "huge"])
def test_it_skips_a_list_that_cannot_be_read_and_a_film_without_an_answer(server: TmdbServer, behaviour: str) -> None:
    listed(server, 1, vote_count=500, popularity=50.0)
    listed(server, 2, vote_count=500, popularity=60.0)
    server.behave(0, *[behaviour] * 5)
    server.behave(2, *[behaviour] * 5)
    assert new_movies.add_new() == 1
    assert new_movies.add_new() == 1


def test_what_is_wrong_with_an_entry_leaves_out_that_entry(server: TmdbServer) -> None:
    listed(server, 1, vote_count=500)
    listed(server, 2, vote_count=500, title="")
    listed(server, 3, vote_count=500, release_date="soon")
    listed(server, 4, vote_count=500, imdb_id="tt01'; drop table")
    good = server.page
    wrong: list[Any] = [7, None, {"id": -1}, {"id": 2**40}, {"id": 5, "vote_count": "many", "popularity": float("inf")}]

    def page(path: str) -> dict[str, object]:
        found = good(path)
        return {**found, "results": [*found["results"], *wrong], "total_pages": -3}  # type: ignore[misc]

    server.page = page  # type: ignore[method-assign]
    assert new_movies.add_new() == 2
    assert set(Movie.objects.values_list("tmdb_id", "imdb_id")) == {(1, None), (4, None)}


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("status 401", "refuses the key"),
        ("redirect", "answered 302, which TMDB never"),
        ("wait 3600", "60 minutes"),
    ],
)
def test_it_stops_with_a_sentence_if_no_request_can_succeed(server: TmdbServer, behaviour: str, sentence: str) -> None:
    server.always = behaviour
    with pytest.raises(CannotFetch, match=sentence):
        new_movies.add_new()
    job = jobs.run_here(job_id=jobs.start(kind=Job.Kind.NEW_MOVIES).pk)
    assert (job.state, sentence in job.error, len(job.error.splitlines())) == (Job.State.FAILED, True, 1)


def test_movies_that_have_changed_await_metadata_again(server: TmdbServer) -> None:
    now = timezone.now()
    for tmdb_id in (1, 2, 3):
        make_movie(
            tmdb_id, f"Movie {tmdb_id}", tmdb_id=tmdb_id, metadata_tmdb_id=tmdb_id, metadata_found=True,
            metadata_fetched_at=now - timedelta(days=5), metadata_format=Movie.METADATA_FORMAT,
        )  # fmt: skip
    server.changed = [*range(1000, 1150), 2, 3, 4]
    assert new_movies.note_changes(since=now - timedelta(days=90)) == 2
    assert set(Movie.objects.awaiting_metadata().values_list("pk", flat=True)) == {2, 3}
    first = (now - new_movies.LONGEST_CHANGES).date().isoformat()
    assert all(f"start_date={first}" in path for path in server.paths)


def test_without_metadata_it_does_not_ask_what_has_changed(server: TmdbServer) -> None:
    make_movie(1, "Never asked about", tmdb_id=1)
    assert new_movies.note_changes(since=timezone.now()) == 0
    assert server.paths == []


def test_a_job_adds_refreshes_and_lets_the_search_find_what_is_new(server: TmdbServer) -> None:
    title_search.build()
    listed(server, 1, vote_count=500, title="The Coming Storm")
    job = jobs.run_here(job_id=jobs.start(kind=Job.Kind.NEW_MOVIES).pk)
    assert job.state == Job.State.SUCCEEDED, job.traceback
    assert (job.result or {})["added"] == 1
    assert [found.title for found in title_search.search(TitleQuery("coming storm")).movies] == ["The Coming Storm"]
    server.movies[1]["overview"] = "Another story."
    server.changed, n_paths = [1], len(server.paths)
    job = jobs.run_here(job_id=jobs.start(kind=Job.Kind.NEW_MOVIES).pk)
    assert (job.result or {}).items() >= {"added": 0, "changed": 1, "updated": 1}.items()
    assert Movie.objects.get().overview == "Another story."
    assert any(f"start_date={timezone.now().date().isoformat()}" in path for path in server.paths[n_paths:])


def test_changes_are_asked_for_since_the_last_job_that_succeeded() -> None:
    now = timezone.now()
    done = make_job(kind=Job.Kind.NEW_MOVIES, state=Job.State.SUCCEEDED, started_at=now, finished_at=now)
    failed = make_job(kind=Job.Kind.NEW_MOVIES, state=Job.State.FAILED, error="No.", finished_at=now)
    job = make_job(kind=Job.Kind.NEW_MOVIES)
    assert new_movies._since(job) == done.created_at
    assert new_movies._since(failed) == done.created_at
    assert new_movies._since(done) == done.created_at - new_movies.LONGEST_CHANGES


def test_it_can_be_cancelled(server: TmdbServer) -> None:
    listed(server, 1, vote_count=500)

    def cancel(share: float, message: str = "") -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        new_movies.add_new(on_progress=cancel)
    assert not Movie.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_job_goes_on_after_its_worker_was_killed(server: TmdbServer) -> None:
    for tmdb_id in range(1, 81):
        listed(server, tmdb_id, popularity=500.0 - tmdb_id, imdb_id=f"tt{tmdb_id:07}")
    server.delay = 1.0  # it is killed while many movies are still to come
    options = {"TMDB_URL": server.url, "TMDB_API_KEY": KEY, "TMDB_RATE": "40", "JOB_LOST_AFTER": "2"}
    with manage("fetch_new_movies", "--local", **options) as killed:
        assert wait_until(lambda: Movie.objects.count() >= 40)
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=PATIENCE)
    there, n_asked, server.delay = Movie.objects.count(), len(server.asked), 0.0
    assert 40 <= there < 80
    with manage("fetch_new_movies", "--local", **options) as again:
        output, errors = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, errors
    assert Movie.objects.count() == 80
    assert sum(tmdb_id > 0 for tmdb_id in server.asked[n_asked:]) == 80 - there
    assert f"New movies: {80 - there} movies added, 0 have changed." in output
