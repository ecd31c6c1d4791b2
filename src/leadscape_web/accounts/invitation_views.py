"""Inviting, and answering an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from leadscape_web.accounts import presenters
from leadscape_web.accounts.bodies import body_of, find_bodies, organisation_for, own_bodies
from leadscape_web.accounts.forms import FirstAdministratorForm, InviteForm, JoinForm
from leadscape_web.accounts.invitations import (
    OPEN,
    AlreadyThere,
    Issued,
    account_at,
    invitation_of,
    invite,
    join_as_new,
    join_with_account,
    reissue,
    state_of,
    withdraw,
)
from leadscape_web.accounts.models import Invitation, Right, User
from leadscape_web.accounts.openid.offers import to_join
from leadscape_web.accounts.rules import ADMINISTERS, ANYONE, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.govuk.layout import address
from leadscape_web.govuk.listing import render_listing

BOTH = ("GET", "POST")


@allow(ADMINISTERS)
def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations of the administrator's area."""
    found = Invitation.objects.select_related("organisation").order_by("-created_at")
    return render_listing(request, presenters.invitations_listing(found), "accounts/invitations.html")


@allow(ADMINISTERS, methods=BOTH)
def new_invitation(request: HttpRequest) -> HttpResponse:
    """Choose an organisation, then say whom to invite and to do what."""
    body = body_of(request.POST.get("body") or request.GET.get("body", ""))
    if body is None:
        text = request.GET.get("q", "").strip()
        context = {
            "title": "Invite somebody: for which organisation?",
            "back": address("accounts:invitations"),
            "text": text,
            "bodies": find_bodies(text) if text else own_bodies()[:12],
        }
        return render(request, "accounts/choose_body.html", context)
    form = InviteForm(request.POST or None, initial={"body": body.code})
    if request.method == "POST" and form.is_valid():
        organisation = organisation_for(body)
        asked = {"email": form.cleaned_data["email"].lower(), "right": form.cleaned_data["right"]}
        by = user_in(request)
        if asked["email"] == by.email:
            form.add_error("email", "This is your own address. Another administrator must give you a right")
        elif _open(organisation=organisation, **asked):
            form.add_error("email", "There is an open invitation like this. Make its link again instead")
        else:
            return _shown(request, invite(by, organisation, asked["email"], asked["right"], _base(request)))
    context = {"form": form, "body": body, "letters_arrive": _letters_arrive()}
    return render(request, "accounts/invite.html", context, status=422 if form.is_bound else 200)


@allow(ADMINISTERS, methods=BOTH)
def invitation(request: HttpRequest, invitation_id: Any) -> HttpResponse:
    """One invitation: withdraw it, or make its link again."""
    found = (
        Invitation.objects.select_related("organisation").filter(pk=invitation_id).exclude(email="").first()
    )
    if found is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("do") == "again":
            issued = reissue(found, user_in(request), _base(request))
            if issued:
                return _shown(request, issued)
        elif withdraw(found):
            messages.success(request, "The invitation is withdrawn. Its link works no more.")
            return redirect("accounts:invitations")
        messages.error(request, "The invitation was answered or withdrawn meanwhile. Nothing was changed.")
        return redirect("accounts:invitations")
    return render(
        request,
        "accounts/invitation.html",
        {
            "about": presenters.invitation_facts(found),
            "answerable": not (found.accepted_at or found.withdrawn_at),
        },
    )


@allow(ANYONE, methods=BOTH)
@never_cache
def answer_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Answer an invitation: with a new account, or as the user that one already is."""
    found = invitation_of(token, lock=request.method == "POST")
    if found is None or found.email == "" or state_of(found) != OPEN:
        return _over(request, found)
    account = account_at(found)
    if request.user.is_authenticated or account:
        return _answer_as_user(request, found, account)
    form = JoinForm(request.POST or None)
    form.fields["password"].user = User(email=found.email)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        return _come_in(
            request,
            join_as_new(found, found.email, given["full_name"], given["password"], [found.right]),
        )
    context = {
        "form": form,
        "invitation": found,
        "about": presenters.invitation_facts(found),
        "providers": to_join(token),
    }
    return render(request, "accounts/join.html", context, status=422 if form.is_bound else 200)


@allow(ANYONE, methods=BOTH)
@never_cache
def first_administrator(request: HttpRequest, token: str) -> HttpResponse:
    """The first administrator's account, by the link that whoever runs the service was shown."""
    found = invitation_of(token, lock=request.method == "POST")
    if found is None or found.email != "" or state_of(found) != OPEN:
        return _over(request, found)
    if request.user.is_authenticated:
        return render(request, "accounts/join_other.html", {"why": "first"})
    ticked = [Right.READER.value, Right.EDITOR.value] if settings.ENVIRONMENT.demonstration else []
    form = FirstAdministratorForm(request.POST or None, initial={"also": ticked})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rights = [Right.ADMINISTRATOR.value, *given["also"]]
            user = join_as_new(found, given["email"], given["full_name"], given["password"], rights)
        except AlreadyThere:
            form.add_error("email", "There is an account with this address. Use another one")
        else:
            return _come_in(request, user)
    context = {"form": form, "nation": found.organisation.label}
    return render(request, "accounts/first_administrator.html", context, status=422 if form.is_bound else 200)


def _answer_as_user(request: HttpRequest, found: Invitation, account: User | None) -> HttpResponse:
    if not request.user.is_authenticated:
        if request.method == "POST":
            return redirect_to_login(request.get_full_path())
        return render(request, "accounts/join_sign_in.html", {"onward": request.path})
    user = user_in(request)
    if user.email != found.email:
        return render(request, "accounts/join_other.html", {"why": "address"})
    if request.method == "POST":
        if found.invited_by_id == user.pk:
            raise Http404
        joined = join_with_account(found, user)
        place = f"{Right(found.right).label.lower()} for {found.organisation.label}"
        messages.success(request, f"You are now {place}." if joined else f"You were {place} already.")
        return redirect("accounts:account")
    return render(request, "accounts/join_again.html", {"about": presenters.invitation_facts(found)})


def _come_in(request: HttpRequest, user: User) -> HttpResponse:
    """Sign in whoever has just chosen a password."""
    record_authentication(request, user, method="password")
    return perform_login(request, Login(user=user, email=user.email))


def _over(request: HttpRequest, found: Invitation | None) -> HttpResponse:
    """Why a link does not work. A link that never was says the same as one that is gone."""
    state = state_of(found) if found else ""
    limited = ratelimit.consume_or_429(request, action="reset_password_from_key")
    return limited or render(request, "accounts/link_over.html", {"state": state}, status=404)


def _shown(request: HttpRequest, issued: Issued) -> HttpResponse:
    """What became of the invitation.

    The link stands here only where no letter brings it: whoever could read it could answer the invitation themselves.
    """
    context = {
        "about": presenters.invitation_facts(issued.invitation),
        "link": "" if issued.sent and _letters_arrive() else issued.link,
        "sent": issued.sent,
    }
    response = render(request, "accounts/invited.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _letters_arrive() -> bool:
    """Whether letters reach anybody: not those of a demonstration, nor those that go to a folder or a terminal."""
    url = settings.ENVIRONMENT.email_url
    return bool(url) and not url.startswith("file:") and not settings.ENVIRONMENT.demonstration


def _open(**asked: Any) -> bool:
    return any(state_of(one) == OPEN for one in Invitation.objects.filter(**asked))


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")
