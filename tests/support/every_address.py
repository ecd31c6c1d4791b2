"""Every address of the service that answers to reading, and an example of what stands in it.

A new address needs an example in ``PARTS``; without one ``tests/browser/test_web_every_page.py`` fails. Records that
the examples name and the invented system lacks are made in ``tests/support/every_record.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

from leadscape_web.accounts.rules import operations_of, rules_of

from tests.support.running_service import BrowserService

# What may stand in an address, by the name of the page or of the part: a text, or a question to the database.
PARTS: dict[str, str] = {
    "jobs:job key": "select id from jobs_job where subject = 'Known'",
    "jobs:state key": "select id from jobs_job where subject = 'Known'",
    "studies:study key": "select id from studies_study where title like 'System leaders%'",
    "privacy:my_data token": "mine",
    "privacy:ask_correction token": "mine",
    "privacy:stay_out token": "mine",
    "privacy:take_away token": "mine",
    "privacy:take_away kind": "html",
    "privacy:export kind": "html",
    "privacy:period code": "links",
    "privacy:doubtful_row key": "select id from privacy_doubtfulrow limit 1",
    "privacy:request key": "select id from privacy_personrequest limit 1",
    "privacy:person key": "select person_id from survey_leader where key = 'leader-alice'",
    "privacy:address key": "select person_id from survey_leader where key = 'leader-alice'",
    "privacy:person_basis key": "select person_id from survey_leader where key = 'leader-alice'",
    "privacy:keep_out key": "select person_id from survey_leader where key = 'leader-alice'",
    "privacy:let_in key": "select person_id from privacy_exclusion limit 1",
    "privacy:erase key": "select person_id from survey_leader where key = 'leader-alice'",
    "privacy:export key": "select person_id from survey_leader where key = 'leader-alice'",
    "urn": "100001",
    "code": "101",
    "uid": "T1",
    "user_id": "select id from accounts_user where email = 'authority.reader@leadscape.example'",
    "access_id": "select a.id from accounts_access a join accounts_user u on u.id = a.user_id"
    " where u.email = 'authority.reader@leadscape.example'",
    "organisation_id": "select id from accounts_organisation where kind = 'authority' and key = '101'",
    "invitation_id": "select id from accounts_invitation where email = 'known@leadscape.example'",
    "token_id": "select id from accounts_apitoken where label = 'Known'",
    "accounts:answer_invitation token": "known",
    "accounts:openid name": "entra",
    "accounts:openid_back name": "entra",
    "accounts:link_openid name": "entra",
    "accounts:join_with_openid name": "entra",
    "accounts:join_with_openid token": "known",
    "accounts:unlink_identity identity_id": "select id from accounts_identity where subject = 'Known'",
    "accounts:first_administrator token": "first",
    "account_reset_password_from_key uidb36": "1",
    "account_reset_password_from_key key": "used-before",
    "audit:history table": "register_school",
    "audit:history record": "100001",
    "audit:two_days table": "register_school",
    "audit:as_of table": "register_school",
    "audit:as_of record": "100001",
    "survey:leader key": "select id from survey_leader where key = 'leader-alice'",
    "survey:correct_name key": "select id from survey_leader where key = 'leader-alice'",
    "survey:correct_home_school key": "select id from survey_leader where key = 'leader-alice'",
    "survey:add_holding key": "select id from survey_leader where key = 'leader-alice'",
    "survey:add_support key": "select id from survey_leader where key = 'leader-alice'",
    "survey:correct_holding key": "select id from survey_roleholding where key = 'holding-leader-alice'",
    "survey:end_holding key": "select id from survey_roleholding where key = 'holding-leader-alice'",
    "survey:end_support key": "select s.id from survey_support s join survey_roleholding h on h.id = s.holding_id"
    " where h.key = 'holding-leader-alice'",
    "survey:wave key": "select id from survey_wave order by as_of desc limit 1",
    "survey:codebook key": "select id from survey_wave order by as_of desc limit 1",
    "landscape:table name": "select name from landscape_publishedtable order by position limit 1",
    "landscape:data name": "select name from landscape_publishedtable order by position limit 1",
    "landscape:file name": "report.html",
    "rounds:respondent asked": "select id from rounds_asked where respondent = '101'",
    "rounds:change key": "select id from rounds_line limit 1",
    "rounds:remove key": "select id from rounds_line limit 1",
    **{
        f"rounds:{name} key": "select id from rounds_round where title = 'A known round'"
        for name in ("round", "edit", "who", "start", "close", "respondent")
    },
    **{
        f"rounds:{name} token": "round-known"
        for name in ("answer", "add", "change", "remove", "check", "sent", "stop")
    },
    "rounds:none token": "round-without-lines",
    "review:question key": "select id from review_question where kind = 'school' order by id limit 1",
    "review:download study": "select study_id from review_question limit 1",
    "review:download kind": "csv",
    "review:upload study": "select study_id from review_question limit 1",
    "review:draw study": "select study_id from review_question limit 1",
    "review:sample key": "select id from review_sample limit 1",
    "review:entry key": "select id from review_entry limit 1",
    **{
        f"imports:{name} key": "select id from imports_import where state = 'checked'"
        for name in ("import", "problems", "changes", "absences", "absence")
    },
    "imports:undo key": "select id from imports_import where state = 'stored'",
}


@dataclass(frozen=True)
class Address:
    """One address of the service: its name and the names of its parts."""

    name: str
    parts: tuple[str, ...]


def addresses() -> list[Address]:
    """Every address that answers to reading, but for those of the API."""
    found: list[Address] = []

    def walk(patterns: Any, space: str) -> None:
        for one in patterns:
            if not isinstance(one, URLPattern):
                walk(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space)
            elif "GET" in rules_of(one.callback) and not operations_of(one.callback):
                found.append(
                    Address(f"{space}{one.name}", tuple(sorted(one.pattern.converters) or _groups(one)))
                )

    walk(get_resolver().url_patterns, "")
    return found


def _groups(pattern: URLPattern) -> tuple[str, ...]:
    expression = getattr(pattern.pattern, "regex", None)
    return tuple(sorted(expression.groupindex)) if expression else ()


ADDRESSES = [one for one in addresses() if not one.name.startswith(("api", "ninja"))]


def example(name: str, part: str) -> str | None:
    """What may stand in a part of an address: a text, or a question to the database."""
    return PARTS.get(f"{name} {part}") or PARTS.get(part)


def path_of(address: Address, service: BrowserService) -> str:
    """The address with its example."""

    def filled(part: str) -> str:
        given = example(address.name, part) or ""
        return str(next(iter(service.query(given)[0].values()))) if given.startswith("select ") else given

    return reverse(address.name, kwargs={part: filled(part) for part in address.parts})
