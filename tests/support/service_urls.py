"""An example for every address of the service: with which record of the invented system it is asked.

A new address without an example fails the truth table (``tests/architecture/test_web_protection.py``). ``kwargs`` may
name records of the world in braces: ``{"key": "{leader}"}``. Addresses without arguments need an entry only where a
query belongs to them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

ALICE_IS_SEEN_BY: Final = frozenset({"nation", "region", "authority", "school"})
EVERYWHERE: Final = frozenset({"nation", "region", "authority", "trust", "school"})
ABSENT: Final = "6f2e0700-7336-4f16-b7ac-481be38210d6"


@dataclass(frozen=True)
class Example:
    """How one address is asked.

    Attributes
    ----------
    kwargs
        Arguments of the address; ``{leader}`` and the like stand for records of the invented system.
    query
        What follows the question mark.
    seen_by
        Kinds of area from which its record is found by somebody whom the rule lets in; from others it is not found.
    present
        Whether the invented system holds the record at all.
    """

    kwargs: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    seen_by: frozenset[str] = EVERYWHERE
    present: bool = True


def _alice(**kwargs: str) -> Example:
    return Example(kwargs, seen_by=ALICE_IS_SEEN_BY)


EXAMPLES: Final[dict[str, Example]] = {
    # jobs and studies
    **{f"studies:{name}": Example({"key": ABSENT}, present=False) for name in ("study", "run")},
    **{
        f"jobs:{name}": Example({"key": ABSENT}, present=False)
        for name in ("job", "state", "cancel", "again")
    },
    # imports
    **{
        f"imports:{name}": Example({"key": ABSENT}, present=False)
        for name in (
            "import",
            "problems",
            "changes",
            "absences",
            "confirm",
            "withdraw",
            "check_again",
            "undo",
            "leave_stored",
        )
    },
    "imports:absence": Example({"key": ABSENT, "urn": "100001"}, present=False),
    # accounts
    "accounts:end_token": Example({"token_id": ABSENT}, present=False),
    "accounts:openid": Example({"name": "nobody"}, present=False),
    "accounts:openid_back": Example({"name": "nobody"}, present=False),
    "accounts:join_by_openid": Example({"name": "nobody"}, present=False),
    "accounts:link_openid": Example({"name": "nobody"}, present=False),
    "accounts:unlink_identity": Example({"identity_id": ABSENT}, present=False),
    "accounts:join_with_openid": Example({"token": "x" * 43, "name": "nobody"}, present=False),
    "accounts:answer_invitation": Example({"token": "x" * 43}, present=False),
    "accounts:first_administrator": Example({"token": "x" * 43}, present=False),
    "accounts:user": Example({"user_id": "{user}"}, seen_by=frozenset({"nation", "region", "authority"})),
    "accounts:grant_right": Example(
        {"user_id": "{user}"}, seen_by=frozenset({"nation", "region", "authority"})
    ),
    "accounts:end_right": Example(
        {"user_id": "{user}", "access_id": "{access}"}, seen_by=frozenset({"nation", "region", "authority"})
    ),
    "accounts:switch_off": Example(
        {"user_id": "{user}"}, seen_by=frozenset({"nation", "region", "authority"})
    ),
    "accounts:switch_on": Example(
        {"user_id": "{user}"}, seen_by=frozenset({"nation", "region", "authority"})
    ),
    "accounts:reset_second_factor": Example(
        {"user_id": "{user}"}, seen_by=frozenset({"nation", "region", "authority"})
    ),
    "accounts:organisation": Example(
        {"organisation_id": "{organisation}"}, seen_by=frozenset({"nation", "region", "authority"})
    ),
    "accounts:invitation": Example({"invitation_id": ABSENT}, present=False),
    "account_reset_password_from_key": Example({"uidb36": "1", "key": "set-password"}, present=False),
    # audit
    "audit:history": _alice(table="survey_leader", record="{leader}"),
    "audit:as_of": _alice(table="survey_leader", record="{leader}"),
    "audit:two_days": Example({"table": "register_school"}),
    # register
    "register:find": Example(query="q=ashgrove"),
    "register:school": Example({"urn": "100001"}),
    "register:authority": Example({"code": "101"}),
    "register:trust": Example({"uid": "T1"}),
    # survey
    "survey:leader": _alice(key="{leader}"),
    "survey:correct_name": _alice(key="{leader}"),
    "survey:correct_home_school": _alice(key="{leader}"),
    "survey:add_holding": _alice(key="{leader}"),
    "survey:add_support": _alice(key="{leader}"),
    "survey:correct_holding": _alice(key="{holding}"),
    "survey:end_holding": _alice(key="{holding}"),
    "survey:end_support": _alice(key="{support}"),
    "survey:wave": Example({"key": "{wave}"}),
    "survey:codebook": Example({"key": "{wave}"}),
    # landscape
    "landscape:table": Example({"name": "extent"}, present=False),
    "landscape:data": Example({"name": "extent"}, present=False),
    "landscape:file": Example({"name": "report.html"}, present=False),
    # review
    "review:question": Example({"key": ABSENT}, present=False),
    "review:undo": Example({"key": ABSENT}, present=False),
    "review:download": Example({"study": ABSENT, "kind": "csv"}, present=False),
    "review:upload": Example({"study": ABSENT}, present=False),
    "review:apply": Example({"study": ABSENT}, present=False),
    "review:run": Example({"study": ABSENT}, present=False),
    "review:draw": Example({"study": ABSENT}, present=False),
    "review:sample": Example({"key": ABSENT}, present=False),
    "review:entry": Example({"key": ABSENT}, present=False),
    # rounds
    **{
        f"rounds:{name}": Example({"key": ABSENT}, present=False)
        for name in ("round", "edit", "who", "start", "close", "again")
    },
    "rounds:respondent": Example({"key": ABSENT, "asked": ABSENT}, present=False),
    **{
        f"rounds:{name}": Example({"token": "x" * 43}, present=False)
        for name in ("answer", "add", "none", "check", "sent", "stop")
    },
    **{
        f"rounds:{name}": Example({"token": "x" * 43, "key": ABSENT}, present=False)
        for name in ("change", "remove")
    },
    # privacy
    "privacy:my_data": Example({"token": "x" * 43}, present=False),
    "privacy:ask_correction": Example({"token": "x" * 43}, present=False),
    "privacy:stay_out": Example({"token": "x" * 43}, present=False),
    "privacy:take_away": Example({"token": "x" * 43, "kind": "json"}, present=False),
    "privacy:request": Example({"key": ABSENT}, present=False),
    "privacy:tell_answer": Example({"key": ABSENT}, present=False),
    "privacy:doubtful_row": Example({"key": ABSENT}, present=False),
    "privacy:take_back_row": Example({"key": ABSENT}, present=False),
    "privacy:period": Example({"code": "links"}),
    "privacy:person": _alice(key="{alice}"),
    "privacy:address": _alice(key="{alice}"),
    "privacy:send": _alice(key="{alice}"),
    "privacy:letter": _alice(key="{alice}"),
    "privacy:person_basis": _alice(key="{alice}"),
    "privacy:keep_out": _alice(key="{alice}"),
    "privacy:let_in": Example({"key": ABSENT}, present=False),
    "privacy:erase": _alice(key="{alice}"),
    "privacy:export": _alice(key="{alice}", kind="json"),
    "privacy:bounced": Example({"key": "{alice}", "notice": ABSENT}, present=False),
    # the interface for programs
    "api:find_by_name": Example(query="q=ashgrove"),
    "api:school": Example({"urn": "100001"}),
    "api:lineage": Example({"urn": "100006"}),
    "api:authority": Example({"code": "101"}),
    "api:trust": Example({"uid": "T1"}),
    "api:leader": _alice(key="{leader}"),
    "api:role_holding": _alice(key="{holding}"),
    "api:add_role_holding": _alice(key="{leader}"),
    "api:end_role_holding": _alice(key="{holding}"),
    "api:add_support": _alice(key="{leader}"),
    "api:end_support": Example({"key": ABSENT}, present=False),
    "api:correct_home_school": _alice(key="{leader}"),
    **{
        f"api:{name}": Example({"key": ABSENT}, present=False)
        for name in ("question", "decide_question", "take_back_decision")
    },
    "api:wave": Example({"key": "{wave}"}),
    "api:published_table": Example({"wave": "{wave}", "name": "extent"}, present=False),
    "api:published_file": Example({"wave": "{wave}", "name": "report.html"}, present=False),
    # A list: of a record that is not seen it is empty.
    "api:history": Example({"table": "survey_leader", "record": "{leader}"}),
    "api:as_of": Example(
        {"table": "survey_leader", "record": "{leader}"}, query="on=2020-01-01", seen_by=ALICE_IS_SEEN_BY
    ),
}
"""Name of an address to its example."""


def records_of_the_world(cursor: Any) -> dict[str, str]:
    """Keys of the records that examples name, read as the owner role."""
    asked = {
        "leader": "select id from survey_leader where key = 'leader-alice'",
        "holding": "select id from survey_roleholding where key = 'holding-leader-alice'",
        "support": "select id from survey_support",
        "wave": "select id from survey_wave",
        "alice": "select person_id from survey_leader where key = 'leader-alice'",
        "user": "select id from accounts_user where email = 'authority.reader@leadscape.example'",
        "access": "select a.id from accounts_access a join accounts_user u on u.id = a.user_id"
        " where u.email = 'authority.reader@leadscape.example'",
        "organisation": "select id from accounts_organisation where kind = 'authority'",
    }
    found = {}
    for name, statement in asked.items():
        cursor.execute(statement)
        found[name] = str(cursor.fetchone()[0])
    return found


def path_of(name: str, records: dict[str, str]) -> str:
    """The address of an example, with its query."""
    from django.urls import reverse

    example = EXAMPLES.get(name, Example())
    kwargs = {key: value.format(**records) for key, value in example.kwargs.items()}
    path = reverse(name, kwargs=kwargs)
    return f"{path}?{example.query}" if example.query else path
