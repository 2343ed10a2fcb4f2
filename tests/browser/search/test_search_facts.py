"""Filters by facts, my services, keywords and tags, on a site that has facts of some of its movies."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django import DjangoDbBlocker

from recommender.models import (
    Availability,
    Certification,
    Keyword,
    ModelVersion,
    Movie,
    MovieKeyword,
    MovieTag,
    Provider,
)
from recommender.services.catalogue import title_search
from recommender.services.versions import lifecycle
from tests.browser.accessibility import violations
from tests.browser.chromium import PHONE
from tests.browser.visiting import visit
from tests.conftest import connected_to

N_ENGLISH, N_FRENCH = 30, 3
KEYWORD = 642
FACTS = ("runtime_minutes", "original_language", "countries")


@pytest.fixture(scope="module", autouse=True)
def facts(served_database: str, site_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[list[int]]:
    """The ids of the most rated movies: 30 English ones in the US, then 3 French ones of which Streamly shows two."""
    with django_db_blocker.unblock(), connected_to(served_database):
        ids = list(Movie.objects.most_rated().values_list("pk", flat=True)[: N_ENGLISH + N_FRENCH])
        english, french = ids[:N_ENGLISH], ids[N_ENGLISH:]
        before = list(Movie.objects.with_ids(ids).only(*FACTS))
        Movie.objects.filter(pk__in=english).update(runtime_minutes=130, original_language="en", countries=["US"])
        Movie.objects.filter(pk__in=french).update(runtime_minutes=85, original_language="fr", countries=["FR"])
        for provider_id, name, movie_ids in ((8, "Streamly", french[:2]), (9, "Kino+", ids)):
            provider = Provider.objects.create(pk=provider_id, name=name)
            Availability.objects.bulk_create(
                Availability(movie_id=movie_id, country="GB", kind=1, provider=provider, place=9 - provider_id + 1)
                for movie_id in movie_ids
            )
        Certification.objects.bulk_create(Certification(movie_id=each, country="GB", name="12A") for each in french)
        keyword = Keyword.objects.create(pk=KEYWORD, name="robbery")
        MovieKeyword.objects.bulk_create(MovieKeyword(movie_id=each, keyword=keyword) for each in french)
        title_search.build()
        yield ids
        Movie.objects.bulk_update(before, FACTS)
        keyword.delete()
        Provider.objects.all().delete()
        Certification.objects.all().delete()
        lifecycle.roll_back(algorithm=ModelVersion.NAMES[ModelVersion.Kind.INDEX])


def tiles(page: Page) -> Locator:
    return page.locator("movie-grid movie-tile")


def test_facts_filter_and_stay_in_the_address(page: Page) -> None:
    page.goto("/")
    expect(tiles(page)).to_have_count(40)
    page.get_by_label("Language").select_option(label="French")
    expect(page).to_have_url(re.compile(r"/\?language=fr$"))
    expect(tiles(page)).to_have_count(N_FRENCH)
    page.get_by_label("Length").select_option("90")
    page.get_by_label("Country", exact=True).select_option(label="France")
    page.get_by_label("Certificate, United Kingdom").select_option("12A")
    expect(tiles(page)).to_have_count(N_FRENCH)
    page.get_by_label("Service, United Kingdom").select_option("Streamly")
    expect(tiles(page)).to_have_count(2)
    chosen = "runtime=90&language=fr&country=FR&certification=12A&provider=8&region=GB"
    assert sorted(page.url.partition("?")[2].split("&")) == sorted(chosen.split("&"))
    page.reload()
    expect(tiles(page)).to_have_count(2)
    expect(page.get_by_label("Service, United Kingdom")).to_have_value("8")
    page.go_back()
    expect(tiles(page)).to_have_count(N_FRENCH)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(tiles(page)).to_have_count(40)


def test_nonsense_in_the_address_is_put_right(page: Page) -> None:
    page.goto("/?language=zz&provider=77&certification=X&keyword=1&runtime=7&my_services=1&region=US")
    expect(tiles(page)).to_have_count(40)
    expect(page).to_have_url(re.compile(r"/$"))


def test_alice_chooses_services_and_sees_what_they_show(alice_page: Page, facts: list[int]) -> None:
    page = alice_page
    page.goto("/")
    expect(page.get_by_label("On my services")).to_have_count(0)
    page.goto("/account/")
    mine = page.get_by_role("group", name="My services in United Kingdom")
    with page.expect_response("**/api/v1/settings"):
        mine.get_by_label("Streamly").check()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(mine.get_by_label("Streamly")).to_be_checked()
    page.goto("/")
    page.get_by_label("On my services").check()
    expect(page).to_have_url(re.compile(r"my_services=1&region=GB$"))
    expect(tiles(page)).to_have_count(2)
    page.goto(f"/movies/{facts[N_ENGLISH]}/")
    expect(page.get_by_text("Streamly (one of your services), Kino+")).to_be_visible()
    expect(page.get_by_title("One of your services")).to_have_count(1)


def test_keywords_and_tags_of_a_movie_lead_to_the_movies_that_have_them(
    page: Page, facts: list[int], served_database: str, django_db_blocker: DjangoDbBlocker
) -> None:
    page.goto(f"/movies/{facts[-1]}/")
    page.get_by_role("link", name="robbery").click()
    expect(page).to_have_url(re.compile(rf"/\?keyword={KEYWORD}$"))
    expect(page.get_by_role("heading", name="About “robbery”")).to_be_visible()
    expect(tiles(page)).to_have_count(N_FRENCH)
    with django_db_blocker.unblock(), connected_to(served_database):
        given = MovieTag.objects.select_related("tag").filter(movie__duplicate_of=None).order_by("-count").first()
        assert given is not None
        count = MovieTag.objects.filter(tag=given.tag).count()
    page.goto(f"/movies/{given.movie_id}/")
    page.get_by_role("link", name=given.tag.name, exact=True).click()
    expect(page.get_by_role("heading", name=f"Tagged “{given.tag.name}”")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text(f"{count} movie{'s' if count > 1 else ''}")
    page.get_by_label("Tag", exact=True).select_option(label="Any")
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_the_filters_have_no_faults_and_nothing_scrolls_sideways(
    alice_page: Page, facts: list[int], screen: dict[str, object]
) -> None:
    page = alice_page
    if screen:
        page.set_viewport_size({"width": 390, "height": 844})
    for address in (f"/?keyword={KEYWORD}&language=fr", f"/movies/{facts[-1]}/", "/account/"):
        visit(page, address)
        if screen and "keyword" in address:
            page.get_by_role("button", name="Filters").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
