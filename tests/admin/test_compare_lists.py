"""One rater's list under two model versions: who sees it, that it is what the site shows, what it costs."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from recommender.models import Mark, ModelVersion
from recommender.services.lists import comparison as list_comparison
from recommender.services.lists import recommendations
from recommender.services.lists.rows import Recommendation
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import lifecycle, serving
from tests.admin.conftest import signed_in
from tests.support.factories import make_model_version, make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db
PATH = "/admin/recommender/modelversion/lists/"
LIST = "/admin/recommender/modelversion/"


@pytest.fixture
def versions(db: None) -> list[ModelVersion]:
    """Two versions that know the movies 1 and 2."""
    for movie_id, title in ((1, "Alien"), (2, "Heat")):
        make_movie(movie_id, title)
    return [make_model_version("als/1", stars=3.0), make_model_version("mean/1", algorithm="mean", stars=4.0)]


def ask(versions: list[ModelVersion], rater: object) -> dict[str, Any]:
    return {"a": versions[0].pk, "b": versions[1].pk, "rater": rater}


@pytest.mark.parametrize(
    ("who", "status"), [("anonymous", 302), ("plain", 302), ("no_rights", 403), ("viewer", 200), ("changer", 200)]
)
def test_those_with_view_rights_compare_lists(
    visitors: dict[str, Client], versions: list[ModelVersion], who: str, status: int
) -> None:
    rater = make_rater(7)
    assert visitors[who].get(PATH).status_code == status
    assert visitors[who].get(PATH, ask(versions, rater.pk)).status_code == status


@pytest.mark.parametrize("right", ["view_modelversion", "view_rater"])
def test_it_takes_the_rights_to_see_versions_and_raters(right: str) -> None:
    client = signed_in("erna")
    User.objects.get(username="erna").user_permissions.add(Permission.objects.get(codename=right))
    assert client.get(PATH).status_code == 403


ALICE, IMPORTED = "<strong>alice@example.org</strong>", "<strong>MovieLens rater 7</strong>"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("alice", ALICE),
        ("alice@example.org", ALICE),
        (" ALICE@example.org ", ALICE),
        ("ML 7", IMPORTED),
        ("ml7", IMPORTED),
    ],
)
def test_it_finds_a_rater_by_what_people_know(
    visitors: dict[str, Client], versions: list[ModelVersion], text: str, name: str
) -> None:
    alice = User.objects.get(username="alice")
    alice.emailaddress_set.create(email="alice@example.org")  # type: ignore[attr-defined]
    rater_of(alice)
    make_rater(7)
    assert name in visitors["viewer"].get(PATH, ask(versions, text)).content.decode()


@pytest.mark.parametrize("text", ["nobody", "nobody@example.org", "999999", "ML 999999", "9" * 30, "", "²"])
def test_it_says_when_there_is_no_such_rater(
    visitors: dict[str, Client], versions: list[ModelVersion], text: str
) -> None:
    page = visitors["viewer"].get(PATH, ask(versions, text)).content.decode()
    assert ("There is no rater" if text else "This field is required.") in page


def test_it_shows_what_the_site_would_show(versions: list[ModelVersion]) -> None:
    alice = rater_of(User.objects.create_user("alice"))
    make_rating(alice, make_movie(3, "Ran"))
    Mark.objects.create(rater=alice, movie_id=2, kind=Mark.Kind.HIDDEN, marked_at=timezone.now())
    for version in versions:
        lifecycle.activate(version=version)
    comparison = list_comparison.compare(rater=alice, a=versions[0], b=versions[1])
    for side in (comparison.a, comparison.b):
        serving.clear()
        shown = recommendations.recommend_for(rater=alice, limit=20, algorithm=side.version.algorithm)
        assert [place.recommendation for place in side.places] == shown.results
        assert [place.recommendation.movie.pk for place in side.places] == [1]  # Heat is hidden


def test_it_tells_what_differs() -> None:
    places = list_comparison._places
    ranked = {pk: Recommendation(make_movie(pk), 3.0, None, [], "") for pk in range(1, 41)}
    left, right = list(ranked.values()), [ranked[pk] for pk in (3, 1, *range(30, 41), *range(4, 30), 2)]
    version = make_model_version()
    both = list_comparison.ListComparison(
        list_comparison.VersionList(version, places(left, other=right)),
        list_comparison.VersionList(version, places(right, other=left)),
    )
    assert len(both.a.places) == list_comparison.SHOWN
    assert [(place.elsewhere, place.climbed) for place in both.a.places[:4]] == [(2, 1), (40, 38), (1, -2), (14, 10)]
    assert both.n_both == 2 + 7  # 1, 3 and 4 to 10
    assert both.n_same_place == 0
    assert list_comparison._places(left, other=[])[0].elsewhere is None


def test_it_says_why_there_is_no_list(visitors: dict[str, Client], versions: list[ModelVersion]) -> None:
    damaged = make_model_version("als/9", artifact_sha256="0" * 64)
    needy = make_model_version("als_plain/1", algorithm="als_plain")
    page = visitors["viewer"].get(PATH, ask([damaged, needy], make_rater(7).pk)).content.decode()
    assert f"{damaged} cannot be loaded" in page
    assert "needs 12 more ratings than this rater has" in page


def test_it_asks_the_same_few_queries_for_any_list(
    visitors: dict[str, Client], versions: list[ModelVersion], django_assert_num_queries: Any, checked_once: None
) -> None:
    rater = make_rater(7)
    for movie_id in range(3, 9):
        make_rating(rater, make_movie(movie_id))
    carol = visitors["viewer"]
    carol.get(PATH, ask(versions, rater.pk))  # loads both versions
    with django_assert_num_queries(10):  # session, user, rights (2); versions, rater, ratings, marks, movies of each
        carol.get(PATH, ask(versions[:1] * 2, rater.pk))


def test_two_chosen_versions_lead_to_it(visitors: dict[str, Client], versions: list[ModelVersion]) -> None:
    chosen = {"action": "compare_lists", "_selected_action": [version.pk for version in versions]}
    answer = visitors["viewer"].post(LIST, chosen)
    assert set(answer["Location"].partition("?")[2].split("&")) == {f"a={versions[0].pk}", f"b={versions[1].pk}"}
    lonely = visitors["viewer"].post(LIST, chosen | {"_selected_action": [versions[0].pk]}, follow=True)
    assert "Choose two versions to compare their lists." in lonely.content.decode()


def test_a_version_links_to_its_lists_beside_those_in_service(visitors: dict[str, Client]) -> None:
    active, candidate = make_model_version("als/1"), make_model_version("als/2")
    lifecycle.activate(version=active)
    page = visitors["viewer"].get(f"{LIST}{candidate.pk}/change/").content.decode()
    assert f"lists/?a={active.pk}&amp;b={candidate.pk}" in page
    index = make_model_version("title_index/1", kind="index")
    assert "Compare lists" not in visitors["viewer"].get(f"{LIST}{index.pk}/change/").content.decode()
