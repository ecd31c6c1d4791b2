"""How django-allauth fits in here: what it may do, on whose behalf it writes, and what it says."""

from __future__ import annotations

import ipaddress
import time
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from leadscape_web.accounts import second_factor
from leadscape_web.accounts.context import because, set_context
from leadscape_web.accounts.letters import send_letter
from leadscape_web.accounts.models import User
from leadscape_web.accounts.openid.identities import note_sign_in

WAIT: str = (
    "There were too many attempts. Wait 5 minutes, then try again. You can also ask for a new password."
)
WRONG_CODE: str = (
    "The code is not right, or was used already. Wait until the app shows the next one, or use a"
    " recovery code"
)
NETWORK_BITS: int = 64
"""What a household or an office is given of the addresses of IPv6."""
LETTERS: dict[str, str] = {
    "account/email/password_reset_key": "new_password",
    "account/email/unknown_account": "unknown_address",
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "mfa/email/totp_activated": "second_factor_set_up",
    "mfa/email/totp_deactivated": "second_factor_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
}
"""Which of our letters stands for which of allauth's."""


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in, passwords and letters."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not right. Check both and try again, or ask"
        " for a new password.",
        "too_many_login_attempts": WAIT,
        "rate_limited": WAIT,
        "enter_current_password": "The password is not your present one. Enter the password you sign in with now",
        "incorrect_password": "The password is not right. Enter the password you sign in with",
        "incorrect_code": WRONG_CODE,
    }

    request: HttpRequest

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people come by invitation."""
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign somebody in; from here on the transaction is theirs, and looks up nobody else."""
        because("Signed in")
        super().login(request, user)
        set_context(user=str(user.pk), purpose="", link="", why="")
        note_sign_in(request, user)

    def get_login_stages(self) -> list[str]:
        """A code of ours is not asked for where the word of a provider counts instead."""
        ours = "leadscape_web.accounts.openid.stage.CodeStage"
        asked = "allauth.mfa.stages.AuthenticateStage"
        return [ours if stage == asked else stage for stage in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home; where a second factor is offered and there is none, the offer first."""
        home = super().get_login_redirect_url(request)
        if settings.SECOND_FACTOR != second_factor.REQUIRED and not second_factor.is_proved(request):
            return f"{reverse('accounts:second_factor_offer')}?{urlencode({'next': home})}"
        return home

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """One's own account."""
        return reverse("accounts:account")

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Say that the account is switched off."""
        return HttpResponseRedirect(reverse("account_inactive"))

    def set_password(self, user: Any, password: str) -> None:
        """Change a password, by its owner; all other sessions end with it."""
        if not self.request.user.is_authenticated:
            set_context(user=str(user.pk), why="New password by a link sent to its owner")
        else:
            because("Password changed by its owner")
        user.set_password(password)
        user.password_changed_at = timezone.now()
        user.save(update_fields=["password", "password_changed_at"])

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether the password is the user's; counted as an attempt to sign in."""
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Not right after signing in."""
        records = get_authentication_records(self.request, self.request.user)  # type: ignore[arg-type]
        return not records or time.time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner what was changed about their account."""
        self.send_mail(template_prefix, email or user.email, context or {})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our letters."""
        send_letter(
            LETTERS[template_prefix],
            email,
            at=timezone.now(),
            service=self.request.get_host(),
            link=context.get("password_reset_url", ""),
            reset=self.request.build_absolute_uri(reverse("account_reset_password")),
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from: a proxy's word is taken, nobody else's.

        Of an IPv6 address the network: whoever has one address of it has all, and would be counted anew by each.
        """
        places = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
        places.append(request.META.get("REMOTE_ADDR", ""))
        while len(places) > 1 and _is_proxy(places[-1]):
            places.pop()
        return _network(clean_client_ip(places[-1]))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts are counted by address, under whatever name of the service they are made."""
        return str(credentials.get("email", "")).strip().casefold()

    def forget_attempts(self, user: User) -> None:
        """A new password by a link ends a lock-out."""
        self._delete_login_attempts_cached_email(self.request, email=user.email)


def _is_proxy(place: str) -> bool:
    """Whether a hop is a proxy of ours: its address is in one of the networks, or it came through a local socket."""
    address = clean_client_ip(place)
    if address is None:
        return place == ""
    return any(_plain(address) in network for network in settings.ENVIRONMENT.proxies)


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address; one of IPv4 as such, also where it is written in IPv6."""
    found = ipaddress.ip_address(address)
    return getattr(found, "ipv4_mapped", None) or found


def _network(address: str | None) -> str:
    """What counts as one place."""
    if address is None:
        return "unknown"
    found = _plain(address)
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((int(found), NETWORK_BITS), strict=False).network_address)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Codes of an authenticator app, and recovery codes."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
    }

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return second_factor.locked(text)

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return second_factor.unlocked(encrypted_text)
