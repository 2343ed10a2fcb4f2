"""Open a page and wait until it is all there, by what the page does and not by the clock."""

import time

from playwright.sync_api import Page, Request

PATIENCE_S = 60
AT_MOST = "new Promise(done => setTimeout(done, 20000))"
"""On a busy machine Chromium sometimes draws no frame, or ends no transition, and `evaluate` has no other end."""
DRAWN_TWICE = f"""() => Promise.race([{AT_MOST}, new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(() => done()))))])"""
TRANSITIONS = f"""() => Promise.race([{AT_MOST}, Promise.allSettled(
  document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished))])"""


def next_frames(page: Page) -> None:
    """Wait until the page has been drawn twice and is idle: its observers have reported by then."""
    page.evaluate(DRAWN_TWICE)


def end_of_transitions(page: Page) -> None:
    """Wait until no colour or size is on its way to another value."""
    page.evaluate(TRANSITIONS)


def visit(page: Page, address: str) -> None:
    """Go there and wait until the page is idle and waits for no request."""
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
    """An answer may lead to more requests, so the page has to be quiet twice in a row."""
    deadline, n_quiet = time.monotonic() + PATIENCE_S, 0
    while n_quiet < 2:
        next_frames(page)
        n_quiet = 0 if under_way else n_quiet + 1
        assert time.monotonic() < deadline, f"{address} still waits for {[request.url for request in under_way]}"
