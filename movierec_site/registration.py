"""Who may sign up, by the setting REGISTRATION: everybody, whoever has an invitation, or nobody."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

SALT = "registration"
SECONDS_PER_DAY = 24 * 3600
DAYS = 14
"""How long an invitation works unless who makes it says otherwise."""
QUERY, IN_SESSION = "invitation", "invitation_to_sign_up"


def invitation(*, days: int = DAYS) -> str:
    """Return what the address of the sign-up page has to have; as many people as get it may use it."""
    return signing.dumps(days, salt=SALT)


def is_open(request: HttpRequest) -> bool:
    """Return whether a visitor may sign up; an invitation in the address is remembered for the form."""
    if settings.REGISTRATION != "invitation":
        return bool(settings.REGISTRATION == "open")
    if is_valid(request.GET.get(QUERY, "")):
        request.session[IN_SESSION] = request.GET[QUERY]
        return True
    return is_valid(request.session.get(IN_SESSION, ""))


def is_valid(token: str) -> bool:
    """Return whether an invitation comes from this site and still works."""
    try:
        days: int = signing.loads(token, salt=SALT)
        signing.loads(token, salt=SALT, max_age=days * SECONDS_PER_DAY)
    except signing.BadSignature:
        return False
    return True


def for_templates(request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether to offer visitors an account."""
    by_invitation = settings.REGISTRATION == "invitation"
    return {"registration_open": settings.REGISTRATION == "open", "registration_by_invitation": by_invitation}
