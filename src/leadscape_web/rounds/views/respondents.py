"""One respondent of a round: address, letters, links, what they sent; what an editor can do about it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from leadscape_web.accounts.names import names_of
from leadscape_web.accounts.rules import EDITS_NATION, allow
from leadscape_web.accounts.sessions import user_in
from leadscape_web.rounds import presenters
from leadscape_web.rounds.answers import NamedLine
from leadscape_web.rounds.forms.respondent import AddressForm, ChannelForm, HeardForm, WithdrawForm
from leadscape_web.rounds.making import (
    bring_back,
    issue_again,
    mark_bounced,
    note_heard,
    note_wish,
    set_address,
    set_channel,
    withdraw,
)
from leadscape_web.rounds.models import Asked, Contact, Letter, Link, Sending, SentLine


@allow(EDITS_NATION, methods=("GET", "POST"))
def respondent(request: HttpRequest, key: UUID, asked: UUID) -> HttpResponse:
    """What became of one respondent, and everything an editor can do about it."""
    found = get_object_or_404(Asked.objects.select_related("round"), pk=asked, round=key)
    contact = Contact.objects.filter(asked=found, ended_at=None).first()
    do = request.POST.get("do", "")
    address = AddressForm(
        request.POST if do == "address" else None, initial={"email": contact.email if contact else ""}
    )
    heard = HeardForm(request.POST if do == "heard" else None, initial={"heard": found.heard})
    channel = ChannelForm(request.POST if do == "channel" else None, initial={"channel": found.channel})
    sure = WithdrawForm(request.POST if do == "withdraw" else None)
    forms = (address, heard, channel, sure)
    if request.method == "POST":
        refused = _refusal(found, do)
        done = "" if refused else _act(request, found, do, forms)
        if refused:
            messages.error(request, refused)
        if done:
            messages.success(request, done)
        if refused or done:
            return redirect("rounds:respondent", key=key, asked=asked)
    bad = next((one for one in forms if one.is_bound), None)
    return render(
        request,
        "rounds/respondent.html",
        {
            "round": found.round,
            "asked": found,
            "email": contact.email if contact else "",
            "about": presenters.respondent_facts(found, found.round, contact.email if contact else ""),
            "letters": presenters.letter_rows(Letter.objects.filter(asked=found).order_by("wanted_at")),
            "links": presenters.link_rows(
                Link.objects.filter(asked=found).defer("token_hash").order_by("made_at")
            ),
            "address_form": address,
            "heard_form": heard,
            "channel_form": channel,
            "withdraw_form": sure,
            "form": bad or heard,
            **_answer(found),
        },
        status=422 if bad else 200,
    )


def _refusal(found: Asked, do: str) -> str:
    """Why it cannot be done now; empty where it can."""
    # What came by post or telephone may be told later; the round is counted again with it.
    if found.round.closed_at and do != "heard":
        return "The round is closed, so nothing was changed."
    if do == "link" and found.stopped_at:
        return "They asked for no more letters, so none was sent. Note first that they want letters again."
    return ""


def _act(
    request: HttpRequest,
    found: Asked,
    do: str,
    forms: tuple[AddressForm, HeardForm, ChannelForm, WithdrawForm],
) -> str:
    """Do it and say what was done; nothing where the form has an error or no such thing can be done."""
    address, heard, channel, sure = forms
    if do == "address" and address.is_valid():
        letters = set_address(found, address.cleaned_data["email"], user_in(request))
        if letters is None:
            return "That was the address already, so every link still works. Letters go to it."
        new = " A new link goes out by letter." if letters else ""
        return f"The address is changed. Every link sent to a former address has ended.{new}"
    if do == "heard" and heard.is_valid():
        note_heard(found, heard.cleaned_data["heard"])
        return "It is noted." + (
            " It counts once the round is counted again." if found.round.closed_at else ""
        )
    if do == "wish" and found.stopped_at:
        note_wish(found)
        return "Noted. Letters go to them again."
    if do == "link" and found.round.started_at:
        issue_again(found, user_in(request))
        return "A new link goes out by letter. Every former link has ended."
    if do == "channel" and channel.is_valid():
        set_channel(found, channel.cleaned_data["channel"])
        by_letter = channel.cleaned_data["channel"] == "email"
        return "It is noted. Letters go to them." if by_letter else "It is noted. No more letters go to them."
    if do == "withdraw" and sure.is_valid():
        withdraw(found)
        return "The respondent is taken out. Every link has ended. This page brings them back."
    if do == "back" and found.withdrawn_at:
        bring_back(found)
        return "The respondent is asked again. Links that ended stay ended; send a new one."
    if do == "bounced":
        mark_bounced(found)
        return "Noted as bounced. Nothing more is written to this address."
    return ""


def _answer(found: Asked) -> dict[str, object]:
    """The answer as it was last sent, with names as far as the editor may see them."""
    last = Sending.objects.filter(asked=found).order_by("-number").first()
    if last is None:
        return {"sending": None, "lines": []}
    rows = list(
        SentLine.objects.filter(sending=last).select_related("home_school").order_by("position", "pk")
    )
    names = names_of(row.person_id for row in rows)
    lines = [NamedLine(row.pk, names.get(row.person_id, ""), row, row.home_school) for row in rows]
    return {
        "sending": last,
        "lines": [presenters.present_line(line, found.round.codebook) for line in lines],
    }
