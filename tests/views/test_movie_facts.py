"""The facts on the movie page: where to watch for whom, the series, and where the facts are from."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Movie
from recommender.services.catalogue import movie_facts, title_search, tmdb
from recommender.services.catalogue.tmdb_response import Metadata
from recommender.services.lists import movie_arrays
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import serving
from recommender.titles.query import TitleQuery
from tests.services.catalogue.test_tmdb_facts import FACTS
from tests.support.factories import make_movie
from tests.support.tmdb_server import movie as response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static", "nothing_in_service")]
GERMAN = {"watch/providers": {"results": {"DE": {"ads": [{"provider_id": 7, "provider_name": "Umsonst"}]}}}}


@pytest.fixture
def nothing_in_service() -> None:
    """No title index of a test before is in service."""
    serving.clear()


@pytest.fixture
def heists() -> list[Movie]:
    """Two movies of a series, the first of which is shown in the US, the second in Germany."""
    movies = [make_movie(1, "Heist", 1999, tmdb_id=603), make_movie(2, "Heist 2", 2003, tmdb_id=604)]
    tmdb.save(
        metadata_by_id={
            603: Metadata.model_validate(response(603, "", **FACTS)),
            604: Metadata.model_validate(response(604, "", **FACTS | GERMAN)),
        }
    )
    title_search.build()
    return movies


def page(client: Client, movie: Movie, language: str = "en-US,en;q=0.9") -> str:
    return client.get(f"/movies/{movie.pk}/", headers={"accept-language": language}).content.decode()


def test_the_page_shows_all_facts_and_their_source(
    client: Client, heists: list[Movie], django_assert_max_num_queries: Any
) -> None:
    page(client, heists[1])  # loads the title index
    with django_assert_max_num_queries(8):
        shown = page(client, heists[0])
    for fact in (
        "Nothing is as it seems.", ">R</span>", 'data-region="FR"', 'data-language="en"', "Streamly, Kino+",
        "https://www.youtube.com/watch?v=official", "1 of 2 in The Heist Collection", 'href="/movies/2/"',
        "https://www.themoviedb.org/movie/603", "https://www.justwatch.com", "Árni First",
        'href="/?keyword=9"',
    ):  # fmt: skip
        assert fact in shown, fact


def test_the_page_the_search_and_lists_have_the_same_series(client: Client) -> None:
    names = [("Batman Begins", 2005), ("The Dark Knight", 2008), ("The Dark Knight Rises", 2012), ("Heat", 1995)]
    movies = [make_movie(n, name, year, "Action", tmdb_id=n) for n, (name, year) in enumerate(names, start=1)]
    title_search.build()
    assert "1 of 2 in this series" in page(client, movies[1])
    assert "movie-series" not in page(client, movies[0])
    nights = {"belongs_to_collection": {"id": 263, "name": "The Dark Knight Collection"}}
    nights |= {"original_title": "", "alternative_titles": {}}
    tmdb.save(metadata_by_id={n: Metadata.model_validate(response(n, "", **nights)) for n in (1, 2)})
    assert title_search.is_behind()
    title_search.build()
    serving.clear()
    shown = page(client, movies[2])
    assert "3 of 3 in The Dark Knight Collection" in shown
    assert '<ol><li><a href="/movies/1/">Batman Begins (2005)</a></li><li><a href="/movies/2/">' in shown
    assert "movie-series" not in page(client, movies[3])
    index = serving.title_index()
    assert index is not None
    in_lists = movie_arrays._find_series(np.array([1, 2, 3, 4], dtype=np.int32), index)
    assert [members.tolist() for members in in_lists.members] == [[0, 1, 2]]
    assert [movie.pk for movie in title_search.search(TitleQuery("dark knight 1", limit=1)).movies] == [1]


def test_where_to_watch_is_of_the_browsers_country_or_the_one_chosen(
    client: Client, alice_client: Client, alice: User, heists: list[Movie]
) -> None:
    assert "Streamly" not in page(client, heists[0], "de-DE,en-US;q=0.5")
    assert "Umsonst" in page(client, heists[1], "de-DE,en-US;q=0.5")
    assert "Umsonst" not in page(client, heists[1], "en,*")
    movie_facts.choose_country(rater=rater_of(alice), country="US")
    assert "Streamly" in page(alice_client, heists[0], "de-DE")


def test_my_own_services_come_first(alice_client: Client, alice: User, client: Client, heists: list[Movie]) -> None:
    movie_facts.choose_services(rater=rater_of(alice), provider_ids=[9])
    mine = '<span class="visually-hidden"> (one of your services)</span></strong>'
    assert f"Kino+{mine}, Streamly</dd>" in page(alice_client, heists[0])
    assert "Streamly, Kino+</dd>" in page(client, heists[0])


def test_the_browse_page_offers_what_is_known_of_movies(client: Client, request: pytest.FixtureRequest) -> None:
    hidden = ("filter-language", "filter-provider", "filter-certification", "filter-country", "dials-many")
    assert not [name for name in hidden if name in client.get("/").content.decode()]
    request.getfixturevalue("heists")
    title_search.build()
    serving.clear()
    shown = client.get("/", headers={"accept-language": "en-US"}).content.decode()
    assert not [name for name in hidden if name not in shown]
    for option in ('<option value="8">Streamly</option>', "<option>R</option>", 'value="fr" data-language="fr"'):
        assert option in shown, option
    assert "Streamly" not in client.get("/?region=DE").content.decode()
    assert "About “heist”" in client.get("/?keyword=9").content.decode()
    for nonsense in ("keyword=x", "keyword=99999999999", "keyword=%D9%A3", "tag=%3Cb%3E", "region=%3Cb%3E"):
        answer = client.get(f"/?{nonsense}")
        assert (answer.status_code, "<b>" in answer.content.decode()) == (200, False), nonsense


def test_without_facts_the_page_says_nothing_of_them(client: Client) -> None:
    shown = page(client, make_movie())
    for absent in ("JustWatch", "movie-series", "Trailer", "data-region"):
        assert absent not in shown


def test_the_page_tells_the_day_of_a_release_that_is_ahead(client: Client) -> None:
    day = date.today() + timedelta(days=30)
    assert f'<time datetime="{day.isoformat()}">' in page(client, make_movie(1, released_on=day))
    assert "<time" not in page(client, make_movie(2, released_on=date.today()))


def test_a_member_chooses_a_country_of_the_site(alice_client: Client) -> None:
    put = {"path": "/api/v1/settings", "content_type": "application/json"}
    assert alice_client.put(data={"country": "DE"}, **put).json() == {
        "share_impressions": False,
        "country": "DE",
        "services": [],
    }
    assert alice_client.put(data={"share_impressions": True}, **put).json() == {
        "share_impressions": True,
        "country": "DE",
        "services": [],
    }
    assert alice_client.put(data={"country": ""}, **put).json()["country"] == ""
    refused = alice_client.put(data={"country": "ZZ"}, **put)
    assert (refused.status_code, "choose AU, CA" in refused.json()["detail"]) == (404, True)
    assert alice_client.put(data={"country": "de"}, **put).status_code == 422
    assert 'value="FR"' in alice_client.get("/account/").content.decode()
