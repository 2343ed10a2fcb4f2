"""Sign-in and sign-up that take the same time whether or not an account exists, on the pages and through the API."""

import logging
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from allauth.account import auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.stages import EmailVerificationStage
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from movierec_site import registration

logger = logging.getLogger(__name__)
WRONG_LOGIN = "The email, user name or password is not correct."
DEVICE_COOKIE = "known_device"
DEVICE_COOKIE_SECONDS = 180 * 24 * 3600
MAX_LOGINS_OF_DEVICE = 5


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Checks a password only once per account; allauth tries two kinds of login, which takes twice as long."""

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session together with their rater, which most requests need."""
        user = User.objects.select_related("rater").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the user these credentials belong to."""
        self._checked: dict[int, User | None] = {}
        found: User | None = super().authenticate(request, **credentials)
        return found

    def _check_password(self, user: User | None, password: str) -> User | None:
        if user is None:
            return None
        if user.pk not in self._checked:
            self._checked[user.pk] = super()._check_password(user, password)
        return self._checked[user.pk]


class AccountAdapter(DefaultAccountAdapter):
    """Takes as long to refuse a known e-mail address as to create an account."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG_LOGIN,
        "username_password_mismatch": WRONG_LOGIN,
        "incorrect_password": "This password is not correct.",
        "too_many_login_attempts": "Too many attempts. Wait a few minutes and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether a visitor may sign up, on the page and through the API."""
        return registration.is_open(request)

    def generate_unique_username(self, txts: Any, regex: str | None = None) -> str:
        """Return a name that says nothing about other accounts; one made of the address would, when it is taken."""
        return f"member-{secrets.token_hex(8)}"

    def get_login_stages(self) -> list[str]:
        """Return what comes after the password, with our confirmation of addresses."""
        ours = f"{AddressConfirmation.__module__}.{AddressConfirmation.__qualname__}"
        theirs = f"{EmailVerificationStage.__module__}.{EmailVerificationStage.__qualname__}"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse another try after too many wrong passwords (ADR 35 says whose count where)."""
        login = _login_of(credentials)
        try:
            super().pre_authenticate(request, **credentials)
            if _hashed(login) not in _hashes_of_device(request):
                everywhere = ratelimit.consume(
                    request, app="allauth.account", action="login_failed_everywhere", key=login
                )
                if not everywhere:
                    raise self.validation_error("too_many_login_attempts")
                self._login_failed_rl_usage.usage += everywhere.usage  # taken back with the rest when it succeeds
        except ValidationError:
            logger.warning("Sign-in refused after too many tries: %r from %s.", login, self.get_client_ip(request))
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user whose password this is, and let their device be remembered."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            request.known_login = _login_of(credentials)  # type: ignore[attr-defined]  # for `remember_device`
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log who tried."""
        logger.warning("Wrong password for %r from %s.", _login_of(credentials), self.get_client_ip(request))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by name and address, so that a stranger elsewhere does not lock the owner out."""
        return f"{_login_of(credentials)} {ratelimit.get_ip(request)}"

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that somebody tried to sign up with it."""
        make_password(email)
        super().send_account_already_exists_mail(email)


class AddressConfirmation(EmailVerificationStage):
    """Asks nothing of staff, who are appointed by hand: the first administrator has no address to open links at."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Return the page that asks for confirmation, if any, and whether to go on."""
        user = self.login.user  # None for a sign-up with a known address
        return (None, True) if user is not None and user.is_staff else super().handle()


def remember_device(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: mark a browser in which somebody has given the right password, for the limits on wrong ones."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        login = getattr(request, "known_login", None)
        if login is not None:
            logins = list(dict.fromkeys([_hashed(login), *_hashes_of_device(request)]))[:MAX_LOGINS_OF_DEVICE]
            response.set_cookie(
                DEVICE_COOKIE,
                signing.dumps(logins, salt=DEVICE_COOKIE),
                max_age=DEVICE_COOKIE_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware


class LoginForm(AllauthLoginForm):
    """Tells password managers and phone keyboards what the first field is for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }


def _login_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").lower()[:254]


def _hashed(login: str) -> str:
    return sha256(login.encode(errors="replace")).hexdigest()[:32]


def _hashes_of_device(request: HttpRequest) -> list[str]:
    try:
        hashes = signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_COOKIE, max_age=DEVICE_COOKIE_SECONDS
        )
    except signing.BadSignature:
        return []
    return [str(each) for each in hashes]
