"""Light, dark or as the visitor's system says: what the browser was told to remember, for the first byte of a page."""

from django.http import HttpRequest

COOKIE = "theme"  # static/js/theme.js sets it
SCHEMES = ("light", "dark")


def theme(request: HttpRequest) -> dict[str, object]:
    """Give templates the choice, and in which media the parts for either scheme count.

    Pages vary by cookie anyway, because of their CSRF token.
    """
    chosen = request.COOKIES.get(COOKIE)
    if chosen not in SCHEMES:
        return {"theme": "", "scheme_media": {scheme: f"(prefers-color-scheme: {scheme})" for scheme in SCHEMES}}
    return {"theme": chosen, "scheme_media": {scheme: "all" if scheme == chosen else "not all" for scheme in SCHEMES}}
