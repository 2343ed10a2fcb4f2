"""Groups below the titles that a search finds: the movies of people it names, and those with a tag of this name."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recommender.models import Credit, Mark, Movie, Person
from recommender.services.catalogue import title_search
from recommender.services.ratings import marks, tags
from recommender.services.ratings.ratings import rater_of
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db


@pytest.fixture
def tagged(alice: User, bob: User) -> list[Movie]:
    """Three movies; the last one got the tag twice, the first one never."""
    movies = [make_movie(1, "Time Travel", 1984), make_movie(2, "Primer", 2004), make_movie(3, "Looper", 2012)]
    for user, movie in ((alice, movies[1]), (alice, movies[2]), (bob, movies[2])):
        tags.add(rater=rater_of(user), movie=movie, name="Time travel")
    title_search.build()
    return movies


def found(client: Client, query: str) -> dict[str, Any]:
    return dict(client.get(f"/api/v1/search?{query}").json())


@pytest.mark.usefixtures("tagged")
def test_movies_with_the_tag_follow_below_the_titles(client: Client) -> None:
    page = found(client, "q=TIME  travel")
    assert [movie["movie_id"] for movie in page["results"]] == [1]
    (group,) = page["groups"]
    assert (group["kind"], group["name"], group["count"]) == ("tag", "time travel", 2)
    assert [movie["title"] for movie in group["results"]] == ["Looper", "Primer"]
    assert [found(client, query)["groups"] for query in ("q=time", "q=", "q=time+travel&offset=20")] == [[], [], []]


def test_groups_keep_to_the_filters_and_leave_out_what_titles_leave_out(
    alice_client: Client, alice: User, tagged: list[Movie], django_assert_max_num_queries: Any
) -> None:
    marks.put(rater=rater_of(alice), movie=tagged[1], kind=Mark.Kind.SEEN)
    with django_assert_max_num_queries(10):
        (group,) = found(alice_client, "q=time+travel")["groups"]
    assert [movie["is_seen"] for movie in group["results"]] == [False, True]
    (group,) = found(alice_client, "q=time+travel&hide_rated=1")["groups"]
    assert [movie["title"] for movie in group["results"]] == ["Looper"]
    (group,) = found(alice_client, "q=time+travel&decade=2000&genre=horror")["groups"]
    assert [movie["title"] for movie in group["results"]] == ["Primer"]
    assert found(alice_client, "q=time+travel&genre=Comedy")["groups"] == []


@pytest.fixture
def fincher() -> list[Movie]:
    """Two movies of a director, one of a namesake."""
    movies = [make_movie(1, "Seven", 1995, alternative_titles=["Se7en"]), make_movie(2, "Zodiac", 2007)]
    movies.append(make_movie(3, "Cadets", 1991))
    Movie.objects.filter(pk=2).update(rating_count=1, rating_mean=4, rating_median=4)
    best_known = Person.objects.create(name="David Fincher", folded_name="david fincher", n_votes=9)
    namesake = Person.objects.create(name="David Fincher", folded_name="david fincher", n_votes=1)
    Person.objects.create(name="David Fincher Smith", folded_name="david fincher smith", n_votes=99)
    for person, movie in ((best_known, movies[0]), (best_known, movies[1]), (namesake, movies[2])):
        Credit.objects.create(person=person, movie=movie, work=Credit.Work.DIRECTOR, place=0)
    Credit.objects.create(person=best_known, movie=movies[0], work=Credit.Work.WRITER, place=0)
    title_search.build()
    return movies


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("david fincher", [["Zodiac", "Seven"], ["Cadets"]]),
        ("seven DAVID Fincher", [["Seven"], ["Cadets"]]),
        ("david fincher se7en", [["Seven"], ["Cadets"]]),
        ("david fincher best films", [["Zodiac", "Seven"], ["Cadets"]]),
        ("david fincher&decade=2000", [["Zodiac"]]),
        ("fincher", []),
        ("fincher david", []),
    ],
)
@pytest.mark.usefixtures("fincher")
def test_people_in_the_search_bring_their_movies(client: Client, query: str, titles: list[list[str]]) -> None:
    groups = found(client, f"q={query}")["groups"]
    assert [[movie["title"] for movie in group["results"]] for group in groups] == titles
    assert all((group["kind"], group["name"]) == ("person", "David Fincher") for group in groups)
    assert len({group["person_id"] for group in groups}) == len(groups)


@pytest.mark.usefixtures("fincher")
def test_people_cost_a_query_each_and_one_for_their_names(client: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(9):
        found(client, "q=david fincher seven")
    with django_assert_max_num_queries(4):
        found(client, "q=somebody else " + "word " * 30)
