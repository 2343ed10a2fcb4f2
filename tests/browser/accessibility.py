"""What axe-core finds on a page, in either colour scheme."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.visiting import end_of_transitions, next_frames

RULES = {
    "dark": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "light": {"type": "rule", "values": ["color-contrast"]},  # all that differs between the schemes
}


def violations(page: Page) -> list[str]:
    """Run axe-core on the page as it is: all rules in the dark, the contrast in the light as well."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        next_frames(page)
        end_of_transitions(page)  # links fade from one colour into the other
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        result = page.evaluate("async options => (await axe.run(options)).violations", options)
        found += [f"{page.url}: {scheme}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in result]
    return found
