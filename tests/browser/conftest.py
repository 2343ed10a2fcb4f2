"""A real browser on the running site; a page that breaks its own security policy or throws fails the test."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, WebError, expect
from pytest_django import DjangoDbBlocker

from tests.browser.chromium import CHROMIUM_ARGS, EXECUTABLE
from tests.conftest import connected_to, url_of
from tests.support.factories import hashed

PASSWORD = "popcorn at nine"
# On a slow machine a toast could be gone before "Undo" is clicked.
LASTING_TOASTS = """customElements.whenDefined("toast-stack").then(
  () => { customElements.get("toast-stack").prototype.expire = () => {}; });"""
CATALOGUE = """SELECT (SELECT md5(string_agg(
    row(id, title, year, runtime_minutes, original_language, countries, poster_path, tmdb_id)::text, '' ORDER BY id)
  ) FROM recommender_movie), (SELECT count(*) FROM recommender_person), (SELECT count(*) FROM recommender_credit),
  (SELECT count(*) FROM recommender_keyword), (SELECT count(*) FROM recommender_provider),
  (SELECT count(*) FROM recommender_certification)"""
expect.set_options(timeout=20_000)  # as patient as actions are: the machine may have other work


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium when there is one."""
    return browser_type_launch_args | {"executable_path": EXECUTABLE, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], site_url: str) -> dict[str, Any]:
    """Addresses are relative to the running site."""
    return browser_context_args | {"base_url": site_url, "locale": "en-GB"}


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """Script errors and policy violations of a test; there must be none. Posters are not loaded, toasts stay."""
    found: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            found.append(message.text)

    def on_error(error: WebError) -> None:
        found.append(str(error.error))

    context.on("console", on_console)
    context.on("weberror", on_error)
    context.route("https://image.tmdb.org/**", lambda route: route.abort())
    context.add_init_script(LASTING_TOASTS)
    context.set_default_timeout(20_000)
    yield found
    assert found == []


@pytest.fixture(scope="module", autouse=True)
def _catalogue_left_as_found(served_database: str) -> Iterator[None]:
    """Modules run in any order on one site: what one of them left changed would fail another."""
    with psycopg.connect(url_of(served_database), autocommit=True) as server:
        before = server.execute(CATALOGUE).fetchone()
    yield
    with psycopg.connect(url_of(served_database), autocommit=True) as server:
        assert server.execute(CATALOGUE).fetchone() == before, (
            "movies or facts of them are not as this module found them"
        )


@pytest.fixture(autouse=True)
def _no_tries_counted(served_database: str) -> None:
    """Each test comes from an address that has not signed up or in before: rate limits are counted in the cache."""
    with psycopg.connect(url_of(served_database), autocommit=True) as server:
        server.execute(f'TRUNCATE "{settings.CACHES["default"]["LOCATION"]}"')


@pytest.fixture(scope="session")
def query(dataset_dir: Path) -> str:
    """Something to search for: "matrix" in the real dataset, a word of a title in a generated one."""
    movies = (dataset_dir / "movies.csv").read_text(encoding="utf-8")
    if "Matrix" in movies:
        return "matrix"
    title = movies.splitlines()[1].split(",")[1]
    return max(title.split(), key=len).strip('"')


@pytest.fixture
def sign_up() -> Callable[[Page, str], str]:
    """Create an account through the form; the e-mail address is new in every call."""

    def fill_in(page: Page, name: str) -> str:
        email = f"{name}-{uuid.uuid4().hex[:8]}@example.org"
        page.goto("/accounts/signup/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign up").click()
        expect(page.get_by_role("button", name="Account")).to_be_visible()
        return email

    return fill_in


@pytest.fixture
def sign_in(served_database: str, site_url: str, django_db_blocker: DjangoDbBlocker) -> Callable[[Page, str], str]:
    """Create an account, sign it in and open its first page, quicker than by the form; a new address in every call."""

    def open_signed_in(page: Page, name: str) -> str:
        email = f"{name}-{uuid.uuid4().hex[:8]}@example.org"
        client = Client()
        with django_db_blocker.unblock(), connected_to(served_database):
            user = User.objects.create(username=email, email=email, password=hashed(PASSWORD))
            EmailAddress.objects.create(user=user, email=email, primary=True)
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": session.key, "value": session.value, "url": site_url}])
        page.goto("/welcome/")
        return email

    return open_signed_in


@pytest.fixture
def alice_page(page: Page, sign_in: Callable[[Page, str], str]) -> Page:
    """A desktop page on which alice has an account and is signed in."""
    sign_in(page, "alice")
    return page
