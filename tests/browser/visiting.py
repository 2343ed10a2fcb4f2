"""Open a page and wait until it is all there."""

import time

from playwright.sync_api import Page, Request

QUIET_MS = 100
STEP_MS = 20
PATIENCE_S = 30


def visit(page: Page, address: str) -> None:
    """Go there and wait until no request has been under way for a moment: Playwright's "networkidle" waits 500 ms."""
    under_way: set[Request] = set()

    def started(request: Request) -> None:
        under_way.add(request)

    def ended(request: Request) -> None:
        under_way.discard(request)

    page.on("request", started)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    try:
        page.goto(address)
        _wait_until_quiet(page, under_way, address)
    finally:
        page.remove_listener("request", started)
        page.remove_listener("requestfinished", ended)
        page.remove_listener("requestfailed", ended)


def _wait_until_quiet(page: Page, under_way: set[Request], address: str) -> None:
    deadline, quiet = time.monotonic() + PATIENCE_S, 0
    while quiet < QUIET_MS:
        page.wait_for_timeout(STEP_MS)
        quiet = 0 if under_way else quiet + STEP_MS
        assert time.monotonic() < deadline, f"{address} still waits for {[request.url for request in under_way]}"
