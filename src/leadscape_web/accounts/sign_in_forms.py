"""The forms of signing in and of passwords: django-allauth's checks, asked with the design system's fields."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.recovery_codes import forms as recovery
from allauth.mfa.totp import forms as totp
from django.core.cache import cache
from django.core.exceptions import ValidationError

from leadscape_web.accounts.tokens import hash_of
from leadscape_web.govuk.fields import EmailField, PasswordField, TextField
from leadscape_web.govuk.forms import GovukForm

CODE_LASTS_SECONDS = 120
"""Longer than the three steps of 30 seconds in which a code is taken."""
PASSWORD_HINT = (
    "At least 12 characters, and not one that many people use. Three random words are a good start."
)


class ChosenPasswordField(PasswordField):
    """A password that somebody chooses. One field is enough: it can be shown."""

    def __init__(self, **more: Any) -> None:
        self.user: Any = None
        super().__init__(**{"autocomplete": "new-password", "help_text": PASSWORD_HINT, **more})

    def clean(self, value: Any) -> Any:
        """The password, if it is good enough."""
        return get_adapter().clean_password(super().clean(value), user=self.user)


class CodeField(TextField):
    """A code of an authenticator app."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            **{
                "label": "Code",
                "called": "the code",
                "width": 10,
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                **more,
            }
        )

    def to_python(self, value: Any) -> str:
        """The code, without the space in the middle that apps show."""
        return str(super().to_python(value)).replace(" ", "")


class SignInForm(GovukForm, account.LoginForm):
    """E-mail address and password."""

    password = PasswordField(label="Password", called="your password")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["login"] = EmailField(
            label="E-mail address", called="your e-mail address", autocomplete="username"
        )


class ConfirmForm(GovukForm, account.ReauthenticateForm):
    """The password again, before something that matters."""

    password = PasswordField(label="Password", called="your password")


class ChangePasswordForm(GovukForm, account.ChangePasswordForm):
    """The present password and a new one."""

    oldpassword = PasswordField(label="Present password", called="your present password")
    password1 = ChosenPasswordField(label="New password", called="a new password")
    password2: ClassVar[None] = None  # type: ignore[assignment]


class AskForPasswordForm(GovukForm, account.ResetPasswordForm):
    """Where to send a link for a new password."""

    email = EmailField(
        label="E-mail address", called="your e-mail address", help_text="The one that you were invited with."
    )

    def save(self, request: Any, **more: Any) -> str:
        """Write to the address: a link, or that it has no account. The page says the same in both cases."""
        if self.users:
            return super().save(request, **more)
        get_adapter().send_mail("account/email/unknown_account", self.cleaned_data["email"], {})
        return self.cleaned_data["email"]


class NewPasswordForm(GovukForm, account.ResetPasswordKeyForm):
    """A new password, by a link."""

    password1 = ChosenPasswordField(label="New password", called="a new password")
    password2: ClassVar[None] = None  # type: ignore[assignment]


class _UsedOnce(codes.BaseAuthenticateForm):
    """A code counts once, for as long as an app's clock may be early or late."""

    def clean_code(self) -> str:
        code = super().clean_code()
        _spend(self.user, code)
        return code


def _spend(user: Any, code: str) -> None:
    """Note that a code was taken; refuse one that was taken before."""
    used = hash_of(f"{user.pk} {normalize_user_code(code)}")
    if not cache.add(f"leadscape.code.used:{used}", 1, timeout=CODE_LASTS_SECONDS):
        raise get_mfa_adapter().validation_error("incorrect_code")


class CodeForm(GovukForm, _UsedOnce, codes.AuthenticateForm):
    """The second factor when signing in."""

    code = CodeField(label="Code from your authenticator app, or a recovery code")


class ConfirmCodeForm(GovukForm, _UsedOnce, codes.ReauthenticateForm):
    """The second factor again, before something that matters."""

    code = CodeField(label="Code from your authenticator app, or a recovery code")


class SetUpForm(GovukForm, totp.ActivateTOTPForm):
    """The first code of an authenticator app."""

    code = CodeField(label="Code that the app shows", help_text="6 numbers. It changes every 30 seconds.")

    def clean_code(self) -> str:
        """The code, if the app has the same secret and the same time. It does not sign anybody in thereafter."""
        try:
            code = super().clean_code()
            _spend(self.user, code)
            return code
        except ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise ValidationError(
                "The code is not right. Check that the phone's clock sets itself, then enter the code shown now",
                code="incorrect_code",
            ) from error


class RemoveForm(GovukForm, totp.DeactivateTOTPForm):
    """Taking the second factor away needs no answer beyond the button."""


class NewRecoveryCodesForm(GovukForm, recovery.GenerateRecoveryCodesForm):
    """New recovery codes need no answer beyond the button."""
