"""The form that adds a passkey, in the site's words; a passkey replaces the password unless somebody says no."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Name a new passkey, and say whether it is enough to sign in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["maxlength"] = 100
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = "Sign in with it alone, without the password"
        alone.help_text = "Your device then asks for your fingerprint, your face or a PIN. Older security keys cannot."
