"""Who may read and write which rows of the tables of ``privacy``. PostgreSQL enforces it."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.table_rules import EDITOR, TableRule

_NATION: Final = f"(select leadscape_everywhere({EDITOR}))"
_ANSWERS: Final = "leadscape_answers_for(person_id)"
# The same for many rows: who is meant is asked for once a query, not once a row.
_ANSWERED: Final = (
    f"case when {_NATION} then person_id not in (select leadscape_nothing_but_users())"
    " else person_id in (select leadscape_edited_people()) end"
)
_LINKED: Final = "person_id = (select leadscape_linked_person())"
_OWNER: Final = "The owner role's alone: "

TABLES: Final[dict[str, TableRule]] = {
    "privacy_address": TableRule(
        "E-mail addresses of people told what is held: editors who answer for the person",
        "SELECT, INSERT, UPDATE (ended_at)",
        read=_ANSWERED,
        write=_ANSWERS,
        audience="person",
        left_out=("email",),
        fixed=("person_id",),
    ),
    "privacy_notice": TableRule(
        "Editors who answer for the person; the link itself only proves, it reads through functions",
        "SELECT, INSERT, UPDATE (token_hash, sent_at, bounced_at, expires_at, ended_at)",
        read=_ANSWERED,
        write=f"{_ANSWERS} and made_by_id = (select leadscape_user()) and token_hash is null and sent_at is null"
        " and opened_at is null and tried_at is null and trouble = ''",
        change=_ANSWERS,
        audience="person",
        left_out=("token_hash",),
        unasked=("opened_at",),
        fixed=("person_id", "wave_id", "answers_id"),
    ),
    "privacy_personrequest": TableRule(
        "Asked by the person through their link, about themselves, or by an editor who answers for them; read by both;"
        " answered by the editor",
        "SELECT, INSERT, UPDATE (state, decided_at, decided_by_id, answer, version)",
        read=f"{_LINKED} or ({_ANSWERED})",
        write=f"state = 'open' and (({_LINKED} and notice_id = (select leadscape_linked_notice())) or {_ANSWERS})",
        change=_ANSWERS,
        audience="person",
        left_out=("text", "answer"),
        fixed=("person_id", "kind"),
    ),
    "privacy_basis": TableRule(
        "Of a wave: everybody reads it. Of a person: editors who answer for them. Written by those, a wave's by editors"
        " of the nation",
        "SELECT, INSERT, UPDATE (ended_at)",
        read=f"person_id is null or ({_ANSWERED})",
        write=f"case when person_id is null then {_NATION} else {_ANSWERS} end",
        audience="person",
        fixed=("person_id", "wave_id"),
    ),
    "privacy_exclusion": TableRule(
        "Who stays out: editors who answer for the person read it and write it when asked by letter; a request by link"
        " writes it by itself",
        "SELECT, INSERT",
        read=_ANSWERED,
        write=f"{_ANSWERS} and kind <> 'erasure' and recorded_by_id is null",
        audience="person",
        fixed=("person_id",),
    ),
    "privacy_recordgiven": TableRule(
        "Files of everything held about a person: editors who answer for the person write what they made, and read it",
        "SELECT, INSERT",
        read=_ANSWERS,
        write=f"{_ANSWERS} and made_by_id = (select leadscape_user())",
        audience="person",
        fixed=("person_id", "made_by_id"),
    ),
    "privacy_reportedline": TableRule(f"{_OWNER}lines of returns by leader, of the latest run", ""),
    "privacy_withdrawnline": TableRule(f"{_OWNER}lines of returns that stay out", ""),
    "privacy_objectionkey": TableRule(f"{_OWNER}keyed hashes by which somebody is recognised", ""),
    "privacy_doubtfulrow": TableRule(
        "Rows of files that may name somebody who stays out: editors of the nation read them and say which; jobs find"
        " them and carry the answer out",
        "SELECT, UPDATE (answer, answered_at, answered_by_id, trouble, version)",
        read=_NATION,
        change=_NATION,
        audience="administration",
        left_out=("cells", "fingerprint", "trouble"),
        fixed=("file_id", "row", "may_be"),
    ),
    "privacy_secret": TableRule(f"{_OWNER}the secret of the keyed hashes", ""),
    "privacy_erasure": TableRule(
        "The ledger of erasures, without names: editors of the nation read it; only jobs write it",
        "SELECT",
        read=_NATION,
        audience="administration",
    ),
    "privacy_retentionperiod": TableRule(
        "How long things are kept: everybody reads it, editors of the nation change it",
        "SELECT, INSERT, UPDATE",
        read="true",
        write=_NATION,
        audience="public",
        key="code",
    ),
    "privacy_retentionplan": TableRule(
        "What the daily job will erase, in counts: editors of the nation read it; the job writes it anew every day",
        "SELECT",
        read=_NATION,
    ),
    "privacy_retentiondue": TableRule(f"{_OWNER}which records the plan is about, and since when", ""),
    "privacy_retentiondone": TableRule(
        "What the daily job erased, in counts: editors of the nation read it; the job writes it",
        "SELECT",
        read=_NATION,
    ),
}
SQL: Final[tuple[tuple[str, str], ...]] = (
    ("leadscape_web.privacy", "rights.sql"),
    ("leadscape_web.privacy", "trouble.sql"),
    ("leadscape_web.privacy", "coming_back.sql"),
)
