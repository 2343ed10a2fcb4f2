"""The screens of model versions: who sees and does what, overriding, comparing, the manifest, charts."""

import pytest
from django.test import Client

from recommender.models import Activation, ModelVersion
from recommender.services.versions import lifecycle
from tests.support.factories import make_model_version

pytestmark = pytest.mark.django_db
BASE = "/admin/recommender/modelversion/"
OUTSIDE = {"anonymous": 302, "plain": 302, "no_rights": 403}
FIGURE = {"mean": 0.8, "low": 0.7, "high": 0.9}
METRICS = {"rank_agreement": FIGURE, "segments": {"few ratings": {"raters": 9, "rank_agreement": FIGURE}}}


def state(version: ModelVersion) -> str:
    return ModelVersion.objects.get(pk=version.pk).state


@pytest.mark.parametrize(("who", "status"), [*OUTSIDE.items(), ("viewer", 200), ("changer", 200)])
def test_those_with_view_rights_see_versions(visitors: dict[str, Client], who: str, status: int) -> None:
    version = make_model_version(metrics=METRICS)
    for address in ("", f"{version.pk}/change/", f"{version.pk}/manifest/", f"compare/?ids={version.pk},x"):
        assert visitors[who].get(BASE + address).status_code == status, address


@pytest.mark.parametrize("who", [*OUTSIDE, "viewer"])
def test_others_change_nothing(visitors: dict[str, Client], who: str) -> None:
    old, active = make_model_version("als/1"), make_model_version("als/2", stars=4.0)
    candidate = make_model_version("als/3", stars=2.0)
    for version in (old, active):
        lifecycle.activate(version=version)
    for address in (f"{candidate.pk}/activate/", f"{active.pk}/roll-back/", f"{candidate.pk}/reject/"):
        assert visitors[who].post(BASE + address, {"confirmed": "yes"}).status_code == OUTSIDE.get(who, 403)
    assert [state(version) for version in (old, active, candidate)] == ["retired", "active", "candidate"]


def test_those_with_change_rights_activate_roll_back_and_reject(visitors: dict[str, Client]) -> None:
    dave = visitors["changer"]
    one, two = make_model_version("als/1"), make_model_version("als/2", stars=4.0)
    dave.post(f"{BASE}{one.pk}/activate/")
    dave.post(f"{BASE}{two.pk}/activate/")
    assert (state(one), state(two)) == ("retired", "active")
    assert "in service" in dave.post(f"{BASE}{two.pk}/reject/", follow=True).content.decode()
    dave.post(f"{BASE}{two.pk}/roll-back/")
    assert (state(one), state(two)) == ("active", "retired")
    assert "is no longer in service" in dave.post(f"{BASE}{two.pk}/roll-back/", follow=True).content.decode()
    assert state(one) == "active"
    dave.post(f"{BASE}{two.pk}/reject/")
    assert state(two) == "rejected"
    assert dave.get(f"{BASE}{two.pk}/activate/").status_code == 405


def test_it_asks_before_it_overrides_a_rejection(visitors: dict[str, Client]) -> None:
    version = make_model_version(state="rejected", metrics={"gate": {"sentence": "It ranks worse."}})
    dave = visitors["changer"]
    question = dave.post(f"{BASE}{version.pk}/activate/").content.decode()
    assert "It ranks worse." in question
    assert state(version) == "rejected"
    dave.post(f"{BASE}{version.pk}/activate/", {"confirmed": "yes"})
    assert state(version) == "active"
    assert Activation.objects.get(version=version).overrides_rejection


def test_it_says_why_a_damaged_version_stays_out_of_service(visitors: dict[str, Client]) -> None:
    version = make_model_version(artifact_sha256="0" * 64)
    page = visitors["changer"].post(f"{BASE}{version.pk}/activate/", follow=True).content.decode()
    assert "cannot be put in service" in page
    assert state(version) == "candidate"


def test_it_compares_two_versions(visitors: dict[str, Client]) -> None:
    one, two = make_model_version("als/1", metrics=METRICS), make_model_version("als/2", metrics=METRICS)
    carol = visitors["viewer"]
    chosen = {"action": "compare", "_selected_action": [one.pk, two.pk]}
    page = carol.post(BASE, chosen, follow=True).content.decode()
    assert page.count("0.8000 (0.7000 to 0.9000)") == 2
    assert page.count('class="interval"') == 2
    lonely = carol.post(BASE, chosen | {"_selected_action": [one.pk]}, follow=True).content.decode()
    assert "Choose at least two versions" in lonely


def test_the_list_is_filtered_by_kind(visitors: dict[str, Client]) -> None:
    for kind in ModelVersion.Kind:
        make_model_version(f"{kind}/1", kind=kind)
    carol = visitors["viewer"]
    page = carol.get(BASE).content.decode()
    for kind in ModelVersion.Kind:
        assert f'href="?kind__exact={kind.value}">{kind.label}' in page.replace("\n", "").replace("  ", "")
        shown = carol.get(BASE, {"kind__exact": kind.value}).context["cl"].result_list
        assert [version.kind for version in shown] == [kind]


def test_it_draws_segments_with_their_intervals(visitors: dict[str, Client]) -> None:
    version = make_model_version(metrics=METRICS)
    page = visitors["viewer"].get(f"{BASE}{version.pk}/change/").content.decode()
    assert "few ratings" in page
    assert 'class="interval" x1="0.0" x2="100.0"' in page  # alone on its scale
    assert 'class="mean" x1="50.0" x2="50.0"' in page


def test_a_version_shows_what_tells_likes_from_dislikes(visitors: dict[str, Client]) -> None:
    figures = {"regret_10": FIGURE, "hit_stars_20": FIGURE, "signed_ndcg_10": {"mean": -0.1, "low": -0.2, "high": 0.1}}
    version, older = make_model_version(metrics=figures), make_model_version("als/2", metrics=METRICS)
    carol = visitors["viewer"]
    page = carol.get(f"{BASE}{version.pk}/change/").content.decode()
    for heading in ("Regret@10", "Hit stars@20", "Signed nDCG@10"):
        assert heading in page
    assert "lower is better" in page
    table = carol.get(f"{BASE}compare/?ids={version.pk},{older.pk}").content.decode()
    assert "<td>–</td><td>-0.1000 (-0.2000 to 0.1000)</td>" in table  # the older one was never measured by it
    assert "0.8000<br><small>0.7000–0.9000</small>" in carol.get(BASE).content.decode()


def test_the_manifest_names_what_the_version_was_made_of(visitors: dict[str, Client]) -> None:
    version = make_model_version(seed=7, parameters={"n_factors": 8})
    answer = visitors["viewer"].get(f"{BASE}{version.pk}/manifest/")
    assert answer["Content-Disposition"] == f'attachment; filename="als-{version.pk}.json"'
    assert answer.json()["parameters"] == {"n_factors": 8}
    assert answer.json()["artifact"]["sha256"] == version.artifact_sha256


@pytest.mark.parametrize("who", ["viewer", "changer", "root"])
def test_nobody_adds_edits_or_deletes_a_version_by_hand(visitors: dict[str, Client], who: str) -> None:
    version = make_model_version()
    for address in (f"{version.pk}/change/", f"{version.pk}/delete/", "add/"):
        assert visitors[who].post(BASE + address, {"post": "yes", "state": "active"}).status_code == 403, address
    visitors[who].post(BASE, {"action": "delete_selected", "_selected_action": [version.pk], "post": "yes"})
    assert state(version) == "candidate"


@pytest.mark.parametrize("address", ["compare/", "lists/", "{pk}/manifest/"])
def test_what_only_shows_takes_no_post(visitors: dict[str, Client], address: str) -> None:
    version = make_model_version()
    assert visitors["changer"].post(BASE + address.format(pk=version.pk)).status_code == 405


def test_the_buttons_are_for_those_who_may_press_them(visitors: dict[str, Client]) -> None:
    version = make_model_version()
    address = f"{BASE}{version.pk}/change/"
    assert "/activate/" not in visitors["viewer"].get(address).content.decode()
    assert "/activate/" in visitors["changer"].get(address).content.decode()


def test_it_names_parameters_that_differ(visitors: dict[str, Client]) -> None:
    one = make_model_version("als/1", parameters={"n_factors": 8}, metrics=METRICS)
    two = make_model_version(
        "als/2", parameters={"n_factors": 64}, metrics=METRICS | {"raters": 1234, "splits": 1, "split": "temporal"}
    )
    page = visitors["viewer"].get(f"{BASE}compare/?ids={one.pk},{two.pk}").content.decode()
    assert '<th scope="row">Rank</th><td>64</td><td>8</td>' in page
    assert "the newest ratings held out, 1,234 raters" in page
