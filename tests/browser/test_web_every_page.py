"""Every page there is, as different people open it: accessible, fit for a phone, with a title and a heading of its own.

The pages come from the addresses of the service. A new address needs an example of what stands in it, below; without
one the first test fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html
import pytest
from django.urls import URLPattern, get_resolver, reverse

from leadscape_web.accounts.rules import operations_of, rules_of

from tests.support.openid_provider import running_provider, settings_for
from tests.support.service_browser import (
    WIDTHS,
    BrowserService,
    copy_world,
    listen,
    needs_browser,
    scrolls_sideways,
    serving,
    sign_in,
    violations,
)

# In one process: titles are compared with each other, and the service is filled once.
pytestmark = [*needs_browser, pytest.mark.xdist_group("every_page")]
USERS = ("nation.editor", "nation.administrator", "nation.researcher", "authority.reader", "")
"""Whoever gets a page with something on it that nobody before had has it checked."""

ELSEWHERE = frozenset(
    {
        "mfa_authenticate",
        "accounts:openid",
        "accounts:link_openid",
        "accounts:join_with_openid",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_change_password",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "landscape:table",
    }
)
"""Pages that send these users elsewhere, as they are meant to: on the way through signing in or behind a password asked
for again (looked at in test_web_accounts), and the table that its own screen shows."""

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
A_ROUND = """
insert into rounds_round (id, title, as_of, codebook, base_id, opens_on, closes_on, late_days, reminders_on, subject,
  letter, purpose, contact, address, made_at, started_at, version)
select gen_random_uuid(), 'A known round', '2006-06-30', 'england-2006', id, current_date - 3, current_date + 9, 14,
  '{}',
  'Who leads?', 'Please name them.', 'To map who leads.', 'The survey team', '', now(), now(), 1
from studies_study limit 1;
insert into rounds_asked (id, round_id, respondent, name, kind, authority_code, region, channel, heard, has_none,
  reminders, bounce, version)
select gen_random_uuid(), r.id, code, name, 'authority', code, 'North', 'email', '', false, 0, '', 1
from rounds_round r, (values ('101', 'Northshire'), ('102', 'Eastvale')) as a(code, name);
insert into rounds_contact (id, asked_id, email, made_at)
select gen_random_uuid(), id, 'asked@respondents.example', now() from rounds_asked;
insert into rounds_link (id, asked_id, token_hash, made_at, expires_at)
select gen_random_uuid(), id,
  encode(sha256(case respondent when '101' then 'round-known'::bytea else 'round-without-lines'::bytea end), 'hex'),
  now(), now() + interval '9 days'
from rounds_asked;
with person as (insert into accounts_person (id, recorded_at) values (gen_random_uuid(), now()) returning id),
named as (insert into accounts_personname (id, person_id, full_name, recorded_at)
  select gen_random_uuid(), id, 'Gita Gorse', now() from person returning person_id)
insert into rounds_line (id, asked_id, person_id, position, home_school_id, home_text, role, role_text, partner_schools,
  nominee_email, made_at)
select gen_random_uuid(), a.id, person_id, 1, '100001', 'Ashgrove Primary School', 'mentor_head', '', '', '', now()
from named, rounds_asked a where a.respondent = '101';
insert into rounds_sending (id, asked_id, number, sent_at, has_none)
select gen_random_uuid(), id, 1, now(), false from rounds_asked where respondent = '101';
"""
"""A round with a respondent who sent an answer and one who has not begun."""
TO_BEGIN_WITH = """
insert into jobs_job (id, kind, subject, given, asked_by_id, asked_at, state, attempts, step)
select gen_random_uuid(), 'studies.run', 'Known', '{}', id, now(), 'waiting', 0, '' from accounts_user
where email = 'nation.editor@leadscape.example';
insert into privacy_notice (id, person_id, wave_id, channel, made_at, sent_at, token_hash, expires_at, trouble)
select gen_random_uuid(), person_id, wave_id, 'letter', now(), now(), encode(sha256('mine'), 'hex'),
    now() + interval '1 day', ''
from survey_leader where key = 'leader-alice';
with person as (insert into accounts_person (id, recorded_at) values (gen_random_uuid(), now()) returning id)
insert into privacy_exclusion (id, person_id, kind, recorded_at)
select gen_random_uuid(), id, 'objection', now() from person;
insert into privacy_personrequest (id, person_id, kind, about, text, asked_at, state, answer, version)
select gen_random_uuid(), person_id, 'correction', 'name', 'My name is written otherwise', now(), 'open', '', 1
from survey_leader where key = 'leader-alice';
insert into imports_import (id, kind, state, absent, as_of, created_at, created_by_id, summary, notes, basis, undo_why)
select gen_random_uuid(), 'register', state, 'ask', '2026-11-01', now(), u.id,
    '[{"change": "Renamed", "rows": 1, "why_not": null}]', '["Read this first."]', '', ''
from accounts_user u, unnest(array['checked', 'stored']) state where email = 'nation.editor@leadscape.example';
insert into imports_upload (id, belongs_to_id, key, file_name, content, sha256, size, position, recognised_as, rows,
    outcomes)
select gen_random_uuid(), id, 'schools', 'register_2026-11-01.csv', '', '', 1, 0, 'Establishments', 2,
    '[{"outcome": "used", "reason": "schools", "rows": 1, "meaning": ""}]' from imports_import;
insert into imports_problem (belongs_to_id, upload_id, "row", "column", "value", rule)
select belongs_to_id, id, 3, 'OpenDate', '31-02-2001', 'Must be a date.' from imports_upload;
insert into imports_change (belongs_to_id, change, key, name, before, after)
select id, 'renamed', '100001', 'Ashgrove School', 'Ashgrove Primary School', 'Ashgrove School' from imports_import;
insert into imports_absence (id, belongs_to_id, urn, name, status, note, successors, answer)
select gen_random_uuid(), id, '100001', 'Ashgrove School', 'open', 'No links.', '', '' from imports_import;
insert into accounts_invitation (id, email, organisation_id, "right", token_hash, created_at, expires_at)
select gen_random_uuid(), 'known@leadscape.example', id, 'reader', encode(sha256('known'), 'hex'),
    now(), now() + interval '1 day'
from accounts_organisation where kind = 'authority' and key = '101';
insert into accounts_invitation (id, email, organisation_id, "right", token_hash, created_at, expires_at)
select gen_random_uuid(), '', id, 'administrator', encode(sha256('first'), 'hex'), now(), now() + interval '1 day'
from accounts_organisation where kind = 'nation';
insert into accounts_identity (id, user_id, provider, issuer, subject, linked_at)
select gen_random_uuid(), id, 'entra', 'https://login.example', 'Known', now()
from accounts_user where email = 'nation.editor@leadscape.example';
insert into accounts_apitoken (id, user_id, label, token_hash, scopes, created_at, expires_at)
select gen_random_uuid(), id, 'Known', 'x', '{}', now(), now() + interval '1 day'
from accounts_user where email = 'nation.editor@leadscape.example';
insert into review_sample (id, study_id, wave_id, strata, size, drawn_at)
select gen_random_uuid(), id, wave_id, '{role}', 1, now() from studies_study limit 1;
insert into review_entry (id, sample_id, holding_key, person_id, authority_id, home_school_id, role, stratum, reported,
    drawn, inclusion_share, random_number, partner_schools)
select gen_random_uuid(), s.id, h.key, h.person_id, h.authority_id, h.home_school_id, h.role, h.role, 1, 1, 1, 0.5, '{}'
from review_sample s, survey_roleholding h where h.wave_id = s.wave_id and h.home_school_id is not null limit 1;
"""
# The rows of a long table are alike, and looking at the colours of each takes most of the time.
FEWER_ROWS = """
for (const row of document.querySelectorAll("tbody > tr:nth-child(n + 9)")) row.remove();
for (const option of document.querySelectorAll("option:nth-child(n + 20)")) option.remove();
"""
# One page that two addresses answer with: whoever is signed in can take up neither link.
SAME_TITLE = frozenset({frozenset({"accounts:answer_invitation", "accounts:first_administrator"})})


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
    return PARTS.get(f"{name} {part}") or PARTS.get(part)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: one.name)
def test_an_example_is_given(address: Address) -> None:
    lacking = [part for part in address.parts if not example(address.name, part)]
    assert not lacking, f"Say in PARTS what {lacking} of {address.name} may be."


@pytest.fixture(scope="module")
def everything(
    service_server: Any, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserService]:
    """The service with the world of the tests, and the small demonstration loaded beside it."""
    from leadscape_web.config.embedded import OWNER, SERVICE

    copy_world(service_server, "everything")
    urls = {
        "DATABASE_URL": service_server.url(SERVICE, "everything"),
        "LEADSCAPE_OWNER_URL": service_server.url(OWNER, "everything"),
        "DJANGO_SETTINGS_MODULE": "leadscape_web.config.settings",
    }
    command = [sys.executable, "-m", "django", "load_demo", "small", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, **urls}, check=True, stdout=subprocess.DEVNULL)
    folder = tmp_path_factory.mktemp("everything")
    with (
        running_provider() as provider,
        serving(service_server, "everything", folder, settings_for(provider)) as service,
    ):
        service.query(TO_BEGIN_WITH)
        service.query(A_ROUND)
        yield service


@pytest.fixture(scope="module")
def visitors(chromium: Any, everything: BrowserService) -> Iterator[dict[str, Any]]:
    """A browser a user."""
    made: dict[str, Any] = {}
    for who in USERS:
        made[who] = chromium.new_context(base_url=everything.address, reduced_motion="reduce")
        if who:
            sign_in(made[who], everything, who)
    yield made
    for context in made.values():
        context.close()


@pytest.fixture(scope="module")
def titles() -> dict[str, str]:
    """Title to the page that has it."""
    return {}


def path_of(address: Address, service: BrowserService) -> str:
    def filled(part: str) -> str:
        given = example(address.name, part) or ""
        return str(next(iter(service.query(given)[0].values()))) if given.startswith("select ") else given

    return reverse(address.name, kwargs={part: filled(part) for part in address.parts})


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda one: one.name)
def test_every_page(
    address: Address, visitors: dict[str, Any], everything: BrowserService, titles: dict[str, str]
) -> None:
    path = path_of(address, everything)
    seen: set[tuple[str, str]] = set()
    reached = False
    for who, context in visitors.items():
        answer = context.request.get(path, max_redirects=0)
        assert answer.status < 500, f"{path} as {who or 'nobody'}: {answer.text()[:2000]}"
        reached = reached or answer.status == 200 or (answer.status < 400 and address.name in ELSEWHERE)
        # Whoever was not sent to the provider from here is refused, when they come from there (see test_web_openid).
        reached = reached or (answer.status == 403 and address.name == "accounts:openid_back")
        if (
            answer.status >= 300
            or not answer.headers["content-type"].startswith("text/html")
            or answer.headers.get("content-disposition", "").startswith("attachment")
            or not _ours(answer)
        ):
            continue
        shape = shape_of(answer.text())
        if shape <= seen:
            continue
        _check(context, path, who, address, titles, first=not seen)
        seen |= shape
    assert reached, f"{path} answers to none of {USERS}"


def shape_of(text: str) -> frozenset[tuple[str, str]]:
    """What a page is made of: which kind of element stands in which, however often and with whatever text."""

    def kind(element: Any) -> str:
        return f"{element.tag} {element.get('class', '')} {element.get('type', '')} {element.get('role', '')}"

    main = lxml.html.fromstring(text).xpath("//main")[0]
    return frozenset((kind(one.getparent()), kind(one)) for one in main.iter() if isinstance(one.tag, str))


def _ours(answer: Any) -> bool:
    """A page, and not a document that a study published."""
    return "sandbox" not in answer.headers.get("content-security-policy", "")


def _check(
    context: Any, path: str, who: str, address: Address, titles: dict[str, str], *, first: bool
) -> None:
    page = context.new_page()
    heard: list[str] = []
    listen(page, heard)
    try:
        page.goto(path)
        assert page.locator("h1").count() == 1
        title = page.title()
        assert title.endswith(" – leadscape")
        assert len(title) > len(" – leadscape")
        assert page.locator("html").get_attribute("lang") == "en-GB"
        owner = titles.setdefault(title, address.name)
        assert owner == address.name or frozenset({owner, address.name}) in SAME_TITLE, (
            f"{title} is also {owner}"
        )
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert not scrolls_sideways(page), f"{path} as {who or 'nobody'} at {width} px"
            _picture(page, address, who, width)
        page.evaluate(FEWER_ROWS)
        for width in WIDTHS if first else WIDTHS[:1]:
            page.set_viewport_size({"width": width, "height": 900})
            # Colours are those of the styles at every width, and looking at them takes most of the time.
            found = violations(page, colours=width == WIDTHS[0])
            assert found == [], f"{path} as {who or 'nobody'} at {width} px"
        assert heard == []
    finally:
        page.close()


def _picture(page: Any, address: Address, who: str, width: int) -> None:
    folder = os.environ.get("LEADSCAPE_SCREENSHOTS", "")
    if folder:
        name = f"{address.name.replace(':', '-')}-{who or 'nobody'}-{width}.png"
        page.screenshot(path=os.path.join(folder, name), full_page=True)


def test_a_page_that_is_not_there(visitors: dict[str, Any], visitor: Callable[..., Any]) -> None:
    for who in ("authority.reader", ""):
        page = visitors[who].new_page()
        answer = page.goto("/no/such/page/")
        assert answer.status == 404
        assert violations(page) == []
        page.close()
