"""Consent to keep what lists showed: off at first, saved at once, back when it cannot be saved."""

from playwright.sync_api import Page, expect


def test_it_is_off_until_turned_on_and_can_be_turned_off(alice_page: Page) -> None:
    page = alice_page
    page.goto("/account/")
    switch = page.get_by_role("switch", name="Help improve recommendations")
    expect(switch).to_be_enabled()
    expect(switch).not_to_be_checked()
    with page.expect_response(lambda got: got.url.endswith("/api/v1/settings") and got.request.method == "PUT"):
        switch.press("Space")
    expect(page.get_by_text("Thank you.")).to_be_visible()
    page.reload()
    expect(switch).to_be_checked()
    with page.expect_response(lambda got: got.url.endswith("/api/v1/settings") and got.request.method == "PUT"):
        page.get_by_text("Help improve recommendations").click()
    expect(page.get_by_text("The records are deleted.").last).to_be_visible()
    page.reload()
    expect(switch).to_be_enabled()
    expect(switch).not_to_be_checked()


def test_it_goes_back_when_it_cannot_be_saved(alice_page: Page) -> None:
    page = alice_page
    page.goto("/account/")
    switch = page.get_by_role("switch", name="Help improve recommendations")
    expect(switch).to_be_enabled()
    page.route("**/api/v1/settings", lambda route: route.fulfill(status=500, json={}))
    switch.press("Space")
    expect(page.get_by_text("Something broke on our side.")).to_be_visible()
    expect(switch).not_to_be_checked()
    page.unroute("**/api/v1/settings")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    expect(switch).to_be_checked()
