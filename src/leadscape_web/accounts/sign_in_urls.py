"""Addresses of signing in, under the names that django-allauth looks for. What is not here is not offered.

There is no address to sign up, to add or change an e-mail address, to set a first password, or to sign in by a code
sent by e-mail: people come by invitation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, path, re_path

from leadscape_web.accounts.account_views import SetUpView, change_password, second_factor_state
from leadscape_web.accounts.openid.offers import with_offers
from leadscape_web.accounts.rules import ANYONE, SETS_UP, SIGNED_IN, allow
from leadscape_web.accounts.second_factor import after_code

READS, WRITES = ("GET",), ("GET", "POST")


def _ruled(rule: Any, view: Callable[..., Any], methods: tuple[str, ...] = WRITES) -> Callable[..., Any]:
    """Somebody else's view under our rule, without changing it for others."""

    def ruled(request: Any, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    ruled.__name__ = getattr(view, "__name__", "view")
    ruled.__doc__ = view.__doc__
    return allow(rule, methods=methods)(ruled)


urlpatterns: list[URLPattern] = [
    path("account/sign-in/", _ruled(ANYONE, with_offers(account.LoginView)), name="account_login"),
    path("account/sign-in/code/", _ruled(ANYONE, mfa.authenticate), name="mfa_authenticate"),
    path("account/sign-in/switched-off/", _ruled(ANYONE, account.account_inactive, READS), name="account_inactive"),
    path("account/sign-out/", _ruled(ANYONE, account.logout), name="account_logout"),
    path("account/new-password/", _ruled(ANYONE, account.password_reset), name="account_reset_password"),
    path("account/new-password/sent/", _ruled(ANYONE, account.password_reset_done, READS),
         name="account_reset_password_done"),
    path("account/new-password/done/", _ruled(ANYONE, account.password_reset_from_key_done, READS),
         name="account_reset_password_from_key_done"),
    re_path(r"^account/new-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
            _ruled(ANYONE, account.password_reset_from_key), name="account_reset_password_from_key"),
    path("account/confirm/", _ruled(SETS_UP, account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", _ruled(SETS_UP, mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/password/", change_password, name="account_change_password"),
    path("account/second-factor/", second_factor_state, name="mfa_index"),
    path("account/second-factor/set-up/", _ruled(SETS_UP, SetUpView.as_view()), name="mfa_activate_totp"),
    path("account/second-factor/remove/", _ruled(SIGNED_IN, after_code(totp.deactivate_totp)),
         name="mfa_deactivate_totp"),
    path("account/second-factor/recovery-codes/", _ruled(SIGNED_IN, after_code(recovery.view_recovery_codes), READS),
         name="mfa_view_recovery_codes"),
    path("account/second-factor/recovery-codes/new/", _ruled(SIGNED_IN, after_code(recovery.generate_recovery_codes)),
         name="mfa_generate_recovery_codes"),
]  # fmt: skip
