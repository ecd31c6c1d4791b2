"""A correction that is accepted was made: which role is meant is asked, and what was changed is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from leadscape_web.accounts.context import acting
from leadscape_web.privacy.models import PersonRequest
from leadscape_web.survey.models import RoleHolding

from tests.privacy.conftest import alice, link_of

SignedIn = Callable[[str], Any]
CORRECTED = {"decision": "accepted", "change": "otherwise", "answer": "Thank you", "opened": 1}


def _request() -> PersonRequest:
    return PersonRequest.objects.using("owner").get()


def _ask(client: Any, token: str, **given: Any) -> Any:
    return client.post(f"/my-data/{token}/correct/", {"text": "I ended this role in July", **given})


def _second_role() -> RoleHolding:
    """Another role of Alice's."""
    with acting(why="A second role", using="owner"):
        held = RoleHolding.objects.using("owner").filter(person=alice().person_id)[0]
        held.pk, held.key, held.role = uuid.uuid4(), "second", "consultant_leader"
        held.started_on, held.ended_on = date(2006, 1, 1), None
        held._state.adding = True
        held.save(using="owner", force_insert=True)
    return held


def _open(signed_in: SignedIn, **given: Any) -> tuple[Any, str, str]:
    """A correction that was asked for: the editor, the address of the request, the link."""
    token = link_of(alice().person_id)
    assert _ask(signed_in(""), token, **given).status_code == 302
    return signed_in("nation.editor"), f"/data-protection/request/{_request().pk}/", token


def test_it_is_asked_which_of_several_roles_is_meant(signed_in: SignedIn) -> None:
    second, token = _second_role(), link_of(alice().person_id)
    page = signed_in("").get(f"/my-data/{token}/correct/").content.decode()
    assert f'type="radio" value="{second.pk}"' in page
    refused = _ask(signed_in(""), token, about="holding")
    assert refused.status_code == 422
    assert "Select which role is wrong" in refused.content.decode()
    assert _ask(signed_in(""), token, about="holding", record=str(second.pk)).status_code == 302
    assert _request().record_id == second.pk


def test_a_role_is_not_taken_for_a_school_and_what_is_not_listed_is_said(signed_in: SignedIn) -> None:
    second, token = _second_role(), link_of(alice().person_id)
    refused = _ask(signed_in(""), token, about="support", record=str(second.pk))
    assert refused.status_code == 422
    assert "Select one that is a school that you support" in refused.content.decode()
    assert _ask(signed_in(""), token, about="holding", record="not listed").status_code == 302
    assert _request().record_id is None


def test_the_only_role_is_meant_without_being_asked_for(signed_in: SignedIn) -> None:
    held = RoleHolding.objects.using("owner").get(person=alice().person_id)
    _open(signed_in, about="holding")
    assert _request().record_id == held.pk


@pytest.mark.parametrize("meant", ["the only one", "not listed"])
def test_what_was_corrected_on_its_own_page_must_have_been(meant: str, signed_in: SignedIn) -> None:
    given = {"record": "not listed"} if meant == "not listed" else {}
    editor, at, token = _open(signed_in, about="holding", **given)
    refused = editor.post(at, CORRECTED)
    assert refused.status_code == 422
    assert "since" in refused.content.decode()
    assert "Correct it first" in refused.content.decode()
    assert _request().state == "open"
    held = RoleHolding.objects.using("owner").get(person=alice().person_id)
    with acting(why="Corrected on its own page", using="owner"):
        RoleHolding.objects.using("owner").filter(pk=held.pk).update(ended_on=date(2026, 7, 31))
    assert editor.post(at, CORRECTED).status_code == 302
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    assert "What was changed: the role National leader of education: ended on 31 July 2026. Thank you" in page


def test_the_answer_tells_what_accepting_changed(signed_in: SignedIn) -> None:
    editor, at, token = _open(signed_in, about="holding")
    held = RoleHolding.objects.using("owner").get(person=alice().person_id)
    given = {**CORRECTED, "change": "ended", "ended_on-day": "31", "ended_on-month": "7", "ended_on-year": "2026",
             "version": held.version}  # fmt: skip
    answer = editor.post(at, given)
    assert answer.status_code == 302, answer.content.decode()
    page = signed_in("").get(f"/my-data/{token}/").content.decode()
    assert "What was changed: the role National leader of education ended on 31 July 2026. Thank you" in page


def test_something_else_is_accepted_once_something_was_changed(signed_in: SignedIn) -> None:
    editor, at, _ = _open(signed_in, about="other")
    given = {"decision": "accepted", "answer": "Thank you", "opened": 1}
    assert "Accept: I have put it right" in editor.get(at).content.decode()
    assert editor.post(at, given).status_code == 422
    editor.post(f"/data-protection/person/{alice().person_id}/address/", {"email": "alice@school.example"})
    assert editor.post(at, given).status_code == 302
    assert _request().answer == "What was changed: your e-mail address: was changed. Thank you"


def test_a_name_that_is_accepted_as_it_stands_is_no_correction(signed_in: SignedIn) -> None:
    editor, at, _ = _open(signed_in, about="name")
    given = {"decision": "accepted", "full_name": "Alice Ash", "answer": "Thank you", "opened": 1,
             "version": alice().version}  # fmt: skip
    refused = editor.post(at, given)
    assert refused.status_code == 422
    assert "Nothing that is held about the person was changed" in refused.content.decode()


def test_a_correction_that_was_sent_is_confirmed_at_the_top(signed_in: SignedIn) -> None:
    token = link_of(alice().person_id)
    sent = signed_in("").post(
        f"/my-data/{token}/correct/", {"about": "other", "text": "It is wrong"}, follow=True
    )
    assert "What you asked for is sent" in sent.content.decode()
    assert "What you asked for is sent" not in signed_in("").get(f"/my-data/{token}/").content.decode()
