"""Light or dark by hand: what the server makes of the cookie."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("collected_static")]
SYSTEM = ("dark light", "(prefers-color-scheme: light)")


@pytest.mark.parametrize(
    ("cookie", "painted"),
    [("", SYSTEM), ("light", ("light", "all")), ("dark", ("dark", "not all")), ('"><script>', SYSTEM)],
)
@pytest.mark.parametrize("path", ["/", "/nowhere/", "/accounts/login/"])
def test_pages_are_painted_as_the_cookie_says_and_no_cache_mixes_them(
    client: Client, path: str, cookie: str, painted: tuple[str, str]
) -> None:
    client.cookies["theme"] = cookie
    answer = client.get(path)
    page = answer.content.decode()
    scheme, media = painted
    assert f'<meta name="color-scheme" content="{scheme}">' in page
    assert f'media="{media}" data-scheme="light">' in page.split("css/light", 1)[1]
    assert "Cookie" in answer["Vary"]
