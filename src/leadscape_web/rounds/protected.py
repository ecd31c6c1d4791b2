"""Who may read and write which rows of the tables of ``rounds``. PostgreSQL enforces it."""

from __future__ import annotations

from typing import Final

from leadscape_web.accounts.table_rules import EDITOR, TableRule

_NATION: Final = f"(select leadscape_everywhere({EDITOR}))"
_MINE: Final = "asked_id = (select leadscape_linked_asked())"
_ANSWERING: Final = "asked_id = (select leadscape_answering())"
_WORDS: Final = ("home_text", "role_text", "partner_schools")
"""Free words, in which somebody may be named."""

TABLES: Final[dict[str, TableRule]] = {
    "rounds_round": TableRule(
        "Editors of the nation; whoever holds a respondent's link reads the one it is of",
        "SELECT, INSERT, UPDATE",
        read=f"{_NATION} or id = (select leadscape_linked_round())",
        write=_NATION,
        audience="public",
        left_out=("contact", "letter", "purpose"),
        quiet=("refused_in_a_row",),
    ),
    "rounds_asked": TableRule(
        "Editors of the nation; whoever holds the respondent's link reads it. What became of a letter and an answer is"
        " written by the database and by jobs alone",
        "SELECT, INSERT, UPDATE (name, kind, authority_code, region, channel, heard, bounced_at, bounce, stopped_at,"
        " withdrawn_at, version)",
        read=f"{_NATION} or id = (select leadscape_linked_asked())",
        write=f"{_NATION} and asked_at is null and answered_at is null",
        change=_NATION,
        audience="administration",
        quiet=("opened_at", "saved_at"),
        fixed=("round_id", "respondent"),
    ),
    "rounds_contact": TableRule(
        "E-mail addresses of respondents: editors of the nation",
        "SELECT, INSERT, UPDATE (ended_at)",
        read=_NATION,
        write=_NATION,
        audience="administration",
        left_out=("email",),
        fixed=("asked_id",),
    ),
    "rounds_link": TableRule(
        "Editors of the nation see that there is a link, end it, and move its end with the round's; jobs make it, with"
        " the letter that carries it",
        "SELECT (id, asked_id, made_at, expires_at, ended_at), UPDATE (ended_at, expires_at)",
        read=_NATION,
        change=_NATION,
        audience="administration",
        left_out=("token_hash",),
        fixed=("asked_id", "token_hash"),
    ),
    "rounds_letter": TableRule(
        "Editors of the nation ask for letters and see what became of them; jobs send them",
        "SELECT, INSERT",
        read=_NATION,
        write=f"{_NATION} and sent_at is null and refused_at is null",
        audience="administration",
        fixed=("asked_id", "kind", "number"),
    ),
    "rounds_line": TableRule(
        "An answer while it is worked on: whoever holds the respondent's link, and nobody else. A line is made with the"
        " name that it is about, by a function of the database",
        "SELECT, UPDATE (position, home_school_id, home_text, role, role_text, started_on, ended_on,"
        " partner_schools, nominee_email, removed_at)",
        read=_MINE,
        write="false",
        change=f"{_ANSWERING} and erased_at is null",
        audience="person",
        left_out=(*_WORDS, "nominee_email"),
        fixed=("asked_id", "person_id"),
    ),
    "rounds_sending": TableRule(
        "Sent by whoever holds the respondent's link, while an answer is taken; read by them and editors of the nation",
        "SELECT, INSERT",
        read=f"{_NATION} or {_MINE}",
        write=_ANSWERING,
        change="false",
        audience="administration",
        fixed=("asked_id", "number"),
    ),
    "rounds_sentline": TableRule(
        "The lines of an answer as it was sent: editors of the nation, and whoever holds the respondent's link. The"
        " database writes them when it is sent",
        "SELECT",
        read=f"{_NATION} or {_MINE}",
        write="false",
        audience="person",
        left_out=_WORDS,
        fixed=("sending_id", "person_id"),
    ),
    "rounds_meant": TableRule("The owner role's alone: which leader the latest run took a line to mean", ""),
}
SQL: Final[tuple[tuple[str, str], ...]] = (("leadscape_web.rounds", "answering.sql"),)
