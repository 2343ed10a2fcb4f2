"""The rules for passwords: Django's, with sentences that say what to do."""

from django.contrib.auth import password_validation


class LongEnough(password_validation.MinimumLengthValidator):
    """Asks for eight characters."""

    def get_error_message(self) -> str:
        """Say how to mend it."""
        return f"This password is too short. Use at least {self.min_length} characters; add a word or two."

    def get_help_text(self) -> str:
        """Say the rule."""
        return f"Use at least {self.min_length} characters."


class NotOnlyDigits(password_validation.NumericPasswordValidator):
    """Asks for more than digits."""

    def get_error_message(self) -> str:
        """Say how to mend it."""
        return "This password has only digits. Add a word or two."

    def get_help_text(self) -> str:
        """Say the rule."""
        return "Do not use only digits."


class NotCommon(password_validation.CommonPasswordValidator):
    """Refuses what many people use."""

    def get_error_message(self) -> str:
        """Say how to mend it."""
        return "Many people use this password, so it is tried first. Choose another, such as three or four words."

    def get_help_text(self) -> str:
        """Say the rule."""
        return "Do not use a password that many people use."


class UnlikeTheUser(password_validation.UserAttributeSimilarityValidator):
    """Refuses what is nearly the user's name or address."""

    def get_error_message(self) -> str:
        """Say how to mend it."""
        return "This password is almost your %(verbose_name)s, which others know. Use words that are not in it."

    def get_help_text(self) -> str:
        """Say the rule."""
        return "Do not use your name or email address."
