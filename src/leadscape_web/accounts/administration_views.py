"""Administration of users: who they are, what they may do, and how that is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leadscape_web.accounts import administering, presenters
from leadscape_web.accounts.administering import Refused, Standing, standing_of
from leadscape_web.accounts.bodies import body_of, find_bodies, organisation_for, own_bodies
from leadscape_web.accounts.forms import GrantForm, SeenForm
from leadscape_web.accounts.models import Access, Organisation, PersonName, Right, User
from leadscape_web.accounts.rules import ADMINISTERS, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.govuk.layout import address
from leadscape_web.govuk.listing import render_listing
from leadscape_web.govuk.panels import panels_of

BOTH = ("GET", "POST")
CHANGED = (
    "Somebody else changed this account while you were reading. Nothing of yours was saved. Look at how it stands now,"
    " and decide again."
)


@allow(ADMINISTERS)
def administration(request: HttpRequest) -> HttpResponse:
    """Where administrators begin; other rooms add what they have to administer."""
    held = request.accesses  # type: ignore[attr-defined]
    return render(
        request,
        "accounts/administration.html",
        {
            "panels": panels_of("administration", request, None),
            "audit": address("audit:events")
            if (Right.ADMINISTRATOR, Organisation.Kind.NATION) in held
            else None,
        },
    )


@allow(ADMINISTERS)
def users(request: HttpRequest) -> HttpResponse:
    """Users of the administrator's area."""
    found = list(User.objects.order_by("email"))
    held = Access.objects.filter(ended_at=None).order_by("granted_at")
    names = PersonName.objects.filter(person_id__in=[user.person_id for user in found], superseded_at=None)
    listing = presenters.users_listing(
        found,
        dict(names.values_list("person_id", "full_name")),
        held.values_list("user_id", "right", "organisation__label"),
        set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True)),
        "A person who acts, or acted, for an organisation in your area. Rights outside your area are not shown.",
    )
    return render_listing(request, listing, "accounts/users.html")


@allow(ADMINISTERS)
def user(request: HttpRequest, user_id: Any) -> HttpResponse:
    """One user, and what can be done about the account."""
    return _user_page(request, _standing(request, user_id))


@allow(ADMINISTERS, methods=BOTH)
def grant_right(request: HttpRequest, user_id: Any) -> HttpResponse:
    """Choose an organisation, then a right."""
    standing = _standing(request, user_id, lock=request.method == "POST")
    body = body_of(request.POST.get("body") or request.GET.get("body", ""))
    if body is None:
        return _choose_body(request, standing)
    person, seen = standing.user.person_id, {"body": body.code, "seen": standing.seen}
    form = GrantForm(request.POST or None, initial=seen, person=person)

    def change() -> str:
        administering.grant(
            standing, organisation_for(body), form.cleaned_data["right"], form.cleaned_data["why"]
        )
        return f"{Right(form.cleaned_data['right']).label} for {body.label}: given."

    return _change(
        request, standing, form, change, "accounts/grant.html", {"body": body, "standing": standing}
    )


@allow(ADMINISTERS, methods=BOTH)
def end_right(request: HttpRequest, user_id: Any, access_id: Any) -> HttpResponse:
    """End one right, after saying why."""
    standing = _standing(request, user_id, lock=request.method == "POST")
    access = next((one for one in standing.accesses if one.pk == access_id), None)
    if access is None:
        raise Http404
    right = f"{Right(access.right).label} for {access.organisation.label}"
    says = {
        "title": "End a right",
        "what": f"{right}. The user keeps the account and other rights.",
        "button": "End the right",
    }
    return _confirmed(
        request,
        standing,
        says,
        lambda why: administering.end(standing, access, why),
        f"{right}: ended.",
    )


@allow(ADMINISTERS, methods=BOTH)
def switch_off(request: HttpRequest, user_id: Any) -> HttpResponse:
    """Deactivate an account, after saying why."""
    standing = _standing(request, user_id, lock=request.method == "POST")
    says = {
        "title": "Switch the account off",
        "what": "The user is signed out at once and cannot sign in. Keys for programs stop working. What the user did"
        " stays in the history, and the rights come back if the account is switched on again.",
        "button": "Switch off",
    }
    return _confirmed(
        request,
        standing,
        says,
        lambda why: administering.switch_off(standing, why),
        "The account is switched off.",
    )


@allow(ADMINISTERS, methods=BOTH)
def switch_on(request: HttpRequest, user_id: Any) -> HttpResponse:
    """Reactivate an account, after saying why."""
    standing = _standing(request, user_id, lock=request.method == "POST")
    says = {
        "title": "Switch the account on",
        "what": "The user can sign in again, with the rights listed on the account.",
        "button": "Switch on",
    }
    return _confirmed(
        request,
        standing,
        says,
        lambda why: administering.switch_on(standing, why),
        "The account is switched on.",
    )


@allow(ADMINISTERS, methods=BOTH)
def reset_second_factor(request: HttpRequest, user_id: Any) -> HttpResponse:
    """Take away a lost second factor, after saying why."""
    standing = _standing(request, user_id, lock=request.method == "POST")
    says = {
        "title": "Reset the second factor",
        "what": "The user is signed out everywhere, and sets up a new second factor at the next sign-in. Make sure"
        " first that it is really the user who asks: call them on a number that you know.",
        "button": "Reset",
    }
    return _confirmed(
        request,
        standing,
        says,
        lambda why: administering.reset_second_factor(standing, why),
        "The second factor is reset.",
    )


def _confirmed(
    request: HttpRequest, standing: Standing, says: dict[str, str], change: Callable[[str], None], done: str
) -> HttpResponse:
    """A page that asks for a reason, and the change itself."""
    person = standing.user.person_id
    form = SeenForm(request.POST or None, initial={"seen": standing.seen}, person=person)

    def changed() -> str:
        change(form.cleaned_data["why"])
        return done

    return _change(request, standing, form, changed, "accounts/confirm.html", {**says, "standing": standing})


def _change(
    request: HttpRequest,
    standing: Standing,
    form: SeenForm,
    change: Callable[[], str],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["seen"] != standing.seen:
            return _user_page(request, standing, problem=CHANGED)
        try:
            done = change()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("accounts:user", user_id=standing.user.pk)
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)


def _user_page(request: HttpRequest, standing: Standing, problem: str = "") -> HttpResponse:
    context = {
        "standing": standing,
        "about": presenters.user_facts(standing),
        "rights": presenters.user_rights(standing),
        "former": presenters.former_rights(standing),
        "problem": problem,
        "has_errors": bool(problem),
    }
    return render(request, "accounts/user.html", context, status=409 if problem else 200)


def _choose_body(request: HttpRequest, standing: Standing) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    return render(
        request,
        "accounts/choose_body.html",
        {
            "title": "Give a right: for which organisation?",
            "back": address("accounts:users"),
            "text": text,
            "bodies": find_bodies(text) if text else own_bodies()[:12],
        },
    )


def _standing(request: HttpRequest, user_id: Any, *, lock: bool = False) -> Standing:
    found = standing_of(user_id, user_in(request), lock=lock)
    if found is None:
        raise Http404
    return found
