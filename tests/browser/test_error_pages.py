"""The pages for what goes wrong, as the site serves them: readable, within the screen, and with a way on."""

from collections.abc import Iterator

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from tests.browser.accessibility import RULES
from tests.browser.conftest import PASSWORD
from tests.conftest import connected_to, url_of

pytestmark = pytest.mark.slow
TRIES = 20  # sign-ups from one address in a minute


@pytest.fixture
def broken_table(served_database: str) -> Iterator[None]:
    """Nothing about movies can be read for a while."""
    with psycopg.connect(url_of(served_database), autocommit=True) as server:
        server.execute("SET lock_timeout = '10s'")
        server.execute("ALTER TABLE recommender_movie RENAME TO recommender_movie_away")
        try:
            yield
        finally:
            server.execute("ALTER TABLE recommender_movie_away RENAME TO recommender_movie")


@pytest.fixture
def clerk(served_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Somebody who may enter the admin and see nothing there."""
    with django_db_blocker.unblock(), connected_to(served_database):
        User.objects.create_user("clerk", "clerk@example.org", PASSWORD, is_staff=True)
    yield "clerk"
    with django_db_blocker.unblock(), connected_to(served_database):
        User.objects.filter(username="clerk").delete()


def check(page: Page) -> None:
    """Fail on what axe finds in either colour scheme, and on a page that scrolls sideways on a phone."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        violations = Axe().run(page, options={"runOnly": RULES["dark"]}).response["violations"]
        assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations] == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def submit_sign_up(page: Page) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()


def test_too_many_tries(page: Page) -> None:
    page.goto("/accounts/signup/")
    token = page.locator("main input[name=csrfmiddlewaretoken]").input_value()
    for _ in range(TRIES):
        answer = page.request.post("/accounts/signup/", form={"csrfmiddlewaretoken": token, "email": "nobody"})
        assert answer.status == 200
    with page.expect_response(lambda answer: answer.request.method == "POST") as served:
        submit_sign_up(page)
    assert served.value.status == 429
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Go to the home page").click()
    expect(page).to_have_url("/")


def test_a_form_that_was_open_for_too_long(page: Page) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.context.clear_cookies()
    with page.expect_response(lambda answer: answer.request.method == "POST") as served:
        page.get_by_role("main").get_by_role("button", name="Sign up").click()
    assert served.value.status == 403
    expect(page.get_by_role("heading", name="Please try again")).to_be_visible()
    check(page)


def test_a_page_without_permission(page: Page, clerk: str) -> None:
    page.goto("/accounts/login/?next=/admin/recommender/job/start/")
    page.get_by_label("Email or user name").fill(clerk)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_response("**/admin/recommender/job/start/") as served:
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    assert served.value.status == 403
    expect(page.get_by_role("heading", name="You cannot open this page")).to_be_visible()
    expect(page.get_by_text("your account has no access to it")).to_be_visible()
    page.locator("toast-stack").evaluate("stack => stack.replaceChildren()")  # "Welcome back." does not expire in tests
    check(page)


@pytest.mark.usefixtures("broken_table")
def test_a_fault_of_ours(page: Page) -> None:
    answer = page.goto("/movies/1/")
    assert answer is not None
    assert answer.status == 500
    expect(page.get_by_role("heading", name="Something broke on our side")).to_be_visible()
    expect(page.get_by_role("link", name="Back to the home page")).to_be_visible()
    check(page)


def test_no_connection(page: Page) -> None:
    page.goto("/")
    expect(page.locator("movie-grid movie-tile").first).to_be_visible()
    page.context.set_offline(True)
    page.locator("#search-field").fill("anything")
    expect(page.get_by_text("We cannot reach the site.")).to_be_visible()
    expect(page.get_by_text("You are offline.")).to_be_visible()
    check(page)
