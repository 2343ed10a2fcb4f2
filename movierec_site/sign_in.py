"""Sign-in and sign-up that take the same time whether or not an account exists, on the pages and through the API."""

from typing import Any

from allauth.account import auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.http import HttpRequest

WRONG_LOGIN = "The email, user name or password is not correct."


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

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that somebody tried to sign up with it."""
        make_password(email)
        super().send_account_already_exists_mail(email)


class LoginForm(AllauthLoginForm):
    """Tells password managers and phone keyboards what the first field is for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
