"""One's own account: name, rights, password, second factor, sessions, keys for programs."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth_account
from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from leadscape_web.accounts import presenters
from leadscape_web.accounts.context import because
from leadscape_web.accounts.forms import NameForm, TokenForm
from leadscape_web.accounts.models import Access, ApiToken, Identity, PersonName, User
from leadscape_web.accounts.openid.offers import to_link
from leadscape_web.accounts.rules import SIGNED_IN, allow
from leadscape_web.accounts.second_factor import REQUIRED, after_code, note_set_up
from leadscape_web.accounts.sessions import end_all_sessions, end_other_sessions, user_in
from leadscape_web.accounts.tokens import make_token, revoke_token

BOTH = ("GET", "POST")


@allow(SIGNED_IN)
def account(request: HttpRequest) -> HttpResponse:
    """Everything about the account at a glance."""
    accesses = Access.objects.filter(user_id=request.user.pk, ended_at=None).select_related("organisation")
    return render(
        request,
        "accounts/account.html",
        {
            "about": presenters.own_facts(user_in(request), _name_of(user_in(request))),
            "rights": presenters.own_rights(accesses.order_by("granted_at")),
            "elsewhere": presenters.identities(
                Identity.objects.filter(user_id=request.user.pk, unlinked_at=None)
            ),
            "providers": to_link(user_in(request)),
            "tokens": presenters.tokens(ApiToken.objects.filter(user_id=request.user.pk)),
            "idle_minutes": settings.SESSION_IDLE_MINUTES,
            "hours": settings.SESSION_COOKIE_AGE // 3600,
        },
    )


@allow(SIGNED_IN, methods=BOTH)
def name(request: HttpRequest) -> HttpResponse:
    """Change one's own name. The former one is kept as such."""
    present = _name_of(user_in(request))
    form = NameForm(request.POST or None, initial={"full_name": present.full_name if present else ""})
    if request.method == "POST" and form.is_valid():
        because("Name changed by its owner")
        person = {"person_id": user_in(request).person_id}
        PersonName.objects.filter(**person, superseded_at=None).update(superseded_at=timezone.now())
        PersonName.objects.create(**person, full_name=form.cleaned_data["full_name"])
        messages.success(request, "Your name is changed.")
        return redirect("accounts:account")
    return render(request, "accounts/name.html", {"form": form})


@allow(SIGNED_IN, methods=BOTH)
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password, knowing the present one. All other sessions end."""
    if not user_in(request).has_usable_password():
        return redirect("account_reset_password")
    return allauth_account.password_change(request)


@allow(SIGNED_IN)
def second_factor_state(request: HttpRequest) -> HttpResponse:
    """Whether a second factor is set up, and how many recovery codes are left."""
    mine = {one.type: one for one in Authenticator.objects.filter(user_id=request.user.pk)}
    codes = mine.get(Authenticator.Type.RECOVERY_CODES)
    return render(
        request,
        "accounts/second_factor.html",
        {
            "app": mine.get(Authenticator.Type.TOTP),
            "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
            "required": settings.SECOND_FACTOR == REQUIRED,
        },
    )


class SetUpView(ActivateTOTPView):
    """Set up an authenticator app. Whoever signed in elsewhere did so without it, and is signed out there."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The app is proved in this session and in no other."""
        response = super().form_valid(form)
        note_set_up(self.request)
        end_other_sessions(self.request, "Second factor set up by its owner")
        return response


@allow(SIGNED_IN)
def second_factor_offer(request: HttpRequest) -> HttpResponse:
    """Offer a second factor after signing in, where it is not demanded."""
    onward = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure())
    context = {"onward": onward if safe else "/", "demonstration": settings.ENVIRONMENT.demonstration}
    return render(request, "accounts/second_factor_offer.html", context)


@allow(SIGNED_IN, methods=BOTH)
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of the account, this one too."""
    if request.method == "POST":
        end_all_sessions(user_in(request), "Signed out everywhere by its owner")
        logout(request)
        messages.success(request, "You are signed out everywhere.")
        return redirect("account_login")
    return render(request, "accounts/sign_out_everywhere.html")


@allow(SIGNED_IN, methods=BOTH)
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a key for a program. It is shown once, in the answer to the form."""
    return _new_token(request)  # type: ignore[return-value]


@after_code  # type: ignore[arg-type]
@reauthentication_required
def _new_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token, raw = make_token(
            user_in(request),
            form.cleaned_data["label"],
            [*form.cleaned_data["scopes"], *form.cleaned_data["changes"]],
            int(form.cleaned_data["days"]),
        )
        response = render(request, "accounts/token_made.html", {"token": token, "raw": raw})
        response["Cache-Control"] = "no-store"
        return response
    return render(request, "accounts/token_new.html", {"form": form})


@allow(SIGNED_IN, methods=BOTH)
def end_token(request: HttpRequest, token_id: Any) -> HttpResponse:
    """Revoke a key."""
    token = ApiToken.objects.filter(pk=token_id, user_id=request.user.pk).first()
    if token is None:
        raise Http404
    if request.method == "POST":
        revoke_token(token)
        messages.success(request, f"The key “{token.label}” works no more.")
        return redirect("accounts:account")
    return render(request, "accounts/token_end.html", {"token": token})


def _name_of(user: User) -> PersonName | None:
    return PersonName.objects.filter(person_id=user.person_id, superseded_at=None).first()
