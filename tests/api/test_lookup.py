"""Films that the catalogue lacks are looked up and added by members, within limits."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Job, Movie
from recommender.services import jobs
from recommender.services.accounts import write_limits
from recommender.services.accounts.write_limits import Limit
from recommender.services.catalogue import title_search, tmdb_client
from recommender.titles.query import TitleQuery
from tests.support.factories import make_movie
from tests.support.tmdb_server import KEY, SEARCH, TmdbServer, movie

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]
FERRY = 949
FACTS: dict[str, Any] = {
    "title": "The Night Ferry",
    "release_date": "2026-03-01",
    "imdb_id": "tt12345678",
    "genres": [{"name": "Science Fiction"}, {"name": "Family"}, {"name": "TV Movie"}, {"name": "Drama"}],
}


@pytest.fixture
def tmdb(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[TmdbServer]:
    """A TMDB that knows a film of 2026 and seven of one name."""
    monkeypatch.setattr(tmdb_client, "READ_TIMEOUT", 0.4)
    monkeypatch.setattr(tmdb_client, "RESPONSE_TIMEOUT", 0.8)
    with TmdbServer({}).running() as running:
        running.movies = {FERRY: movie(FERRY, "/ferry.jpg", **FACTS)}
        running.movies |= {n: movie(n, "", title=f"Hamlet {n}", release_date="") for n in range(1, 8)}
        settings.TMDB_URL, settings.TMDB_API_KEY, settings.TMDB_RATE = running.url, KEY, 40
        yield running


def find(client: Client, title: str = "night ferry") -> Any:
    return client.post("/api/v1/lookup", {"title": title}, content_type="application/json")


def add(client: Client, tmdb_id: int = FERRY) -> Any:
    return client.post(f"/api/v1/lookup/{tmdb_id}")


def test_a_film_is_found_added_and_searched(alice_client: Client, tmdb: TmdbServer) -> None:
    title_search.build()
    assert find(alice_client).json()["results"] == [
        {"tmdb_id": FERRY, "title": "The Night Ferry", "year": 2026, "movie_id": None}
    ]
    added = add(alice_client).json()
    assert (added["movie_id"], added["genres"]) == (Movie.FIRST_OTHER_ID + 12_345_678, ["Children", "Drama", "Sci-Fi"])
    stored = Movie.objects.get(pk=added["movie_id"])
    assert (stored.title, stored.year, stored.imdb_id, stored.tmdb_id) == ("The Night Ferry", 2026, "12345678", FERRY)
    assert (stored.overview, stored.poster_path) == (f"What happens in {FERRY}.", "/ferry.jpg")
    jobs.run_here(job_id=Job.objects.get(kind=Job.Kind.TITLE_INDEX).pk)
    assert [hit.pk for hit in title_search.search(TitleQuery("night ferry")).movies] == [stored.pk]
    assert alice_client.get(f"/movies/{stored.pk}/").status_code == 200


def test_a_film_is_added_once(alice_client: Client, tmdb: TmdbServer) -> None:
    first, second = add(alice_client).json(), add(alice_client).json()
    assert first == second
    assert Movie.objects.count() == 1
    assert find(alice_client).json()["results"][0]["movie_id"] == first["movie_id"]
    assert tmdb.asked == [FERRY, SEARCH]


def test_the_movie_with_its_imdb_id_gets_what_tmdb_knows(alice_client: Client, tmdb: TmdbServer) -> None:
    make_movie(7, "Night Ferry", 2025, imdb_id="12345678")
    assert add(alice_client).json()["movie_id"] == 7
    known = Movie.objects.get()
    assert (known.title, known.year, known.tmdb_id, known.poster_path) == ("Night Ferry", 2025, FERRY, "/ferry.jpg")


def test_at_most_five_are_shown_and_one_without_an_imdb_id_has_an_id_of_its_own(
    alice_client: Client, tmdb: TmdbServer
) -> None:
    assert [found["tmdb_id"] for found in find(alice_client, "hamlet").json()["results"]] == [1, 2, 3, 4, 5]
    assert add(alice_client, 3).json()["movie_id"] == 2_000_000_003
    assert find(alice_client, "no such title").json() == {"results": []}


def test_visitors_may_not(client: Client, tmdb: TmdbServer) -> None:
    assert [find(client).status_code, add(client).status_code] == [401, 401]
    assert (tmdb.asked, Movie.objects.count()) == ([], 0)


def test_another_site_cannot_make_alice_add_anything(alice: User, tmdb: TmdbServer) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert [find(strict).status_code, add(strict).status_code] == [403, 403]
    assert tmdb.asked == []


def test_it_is_limited(alice_client: Client, tmdb: TmdbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(write_limits.LIMITS, "lookup", Limit(2, 600))
    monkeypatch.setattr(write_limits.time, "time", lambda: 6_000.0)
    assert [find(alice_client).status_code, add(alice_client).status_code] == [200, 200]
    assert [find(alice_client).status_code, add(alice_client).status_code] == [429, 429]
    assert len(tmdb.asked) == 2


def test_it_is_not_offered_without_a_key(alice_client: Client, client: Client, tmdb: TmdbServer, settings: Any) -> None:
    element = b"<title-lookup>"
    assert element in alice_client.get("/").content
    assert element not in client.get("/").content
    settings.TMDB_API_KEY = ""
    assert element not in alice_client.get("/").content
    answers = find(alice_client), add(alice_client)
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == {"detail": "This site has no source to look films up in."}


@pytest.mark.parametrize(
    "behaviour",
    ["status 500", "status 401", "wait 5", "silence 2", "drip", "bad-json", "list", "truncated", "html", "redirect",
     "huge"],
)  # fmt: skip
def test_whatever_tmdb_answers_ends_in_one_sentence(
    alice_client: Client, tmdb: TmdbServer, behaviour: str, caplog: pytest.LogCaptureFixture
) -> None:
    tmdb.always = behaviour
    for answer in (find(alice_client), add(alice_client)):
        assert answer.status_code == 503
        assert answer.json() == {"detail": "TMDB does not answer as it should. Try again in a few minutes."}
    assert len(tmdb.asked) == 2
    assert not Movie.objects.exists()
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "facts", [{"title": ""}, {"title": "x" * 513}, {"adult": True}, {"id": FERRY + 1}, {"imdb_id": "", "id": 2 * 10**8}]
)
def test_a_film_that_is_not_fit_is_not_added(alice_client: Client, tmdb: TmdbServer, facts: dict[str, Any]) -> None:
    tmdb_id = 2 * 10**8 if "imdb_id" in facts else FERRY
    tmdb.movies[tmdb_id] = movie(tmdb_id, "", **FACTS | facts)
    assert add(alice_client, tmdb_id).status_code == 404
    assert add(alice_client, 999).status_code == 404
    assert not Movie.objects.exists()


def test_strange_facts_are_left_out(alice_client: Client, tmdb: TmdbServer) -> None:
    strange = {"release_date": "soon", "imdb_id": "nm1; DROP", "genres": [{"name": None}, {"name": "x" * 65}]}
    tmdb.movies[FERRY] = movie(FERRY, "//evil.example/x.jpg", title="<script>alert(1)</script>", **strange)
    stored = Movie.objects.get(pk=add(alice_client).json()["movie_id"])
    assert (stored.year, stored.imdb_id, stored.poster_path, stored.genres.count()) == (None, None, "", 0)
    assert b"<script>alert(1)" not in alice_client.get(f"/movies/{stored.pk}/").content
