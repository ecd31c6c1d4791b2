"""Which records tell the history of a page, and how tables are called in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadscape_web.accounts.protection import TABLES


def recorded() -> tuple[str, ...]:
    """Tables with a history, by name: those of every room that is ready."""
    return tuple(sorted(table for table, rule in TABLES.items() if rule.audience))


"""Tables that have a history."""
TABLE_WORDS: Final[dict[str, str]] = {
    "accounts_access": "right of a user",
    "accounts_apitoken": "key of a program",
    "accounts_identity": "account elsewhere",
    "accounts_invitation": "invitation",
    "accounts_organisation": "organisation",
    "accounts_personname": "name of a person",
    "accounts_user": "user",
    "audit_export": "download of the history",
    "imports_import": "import",
    "mfa_authenticator": "second factor",
    "privacy_address": "address at which a person is told",
    "privacy_basis": "lawful basis",
    "privacy_doubtfulrow": "row of a file that may name somebody",
    "privacy_recordgiven": "file of everything held",
    "privacy_erasure": "erasure",
    "privacy_exclusion": "that somebody stays out",
    "privacy_notice": "notice to a person",
    "privacy_personrequest": "request of a person",
    "privacy_retentionperiod": "retention period",
    "register_authority": "authority",
    "register_group": "trust or federation",
    "register_headship": "headship",
    "register_link": "link between schools",
    "register_membership": "membership of a group",
    "register_school": "school",
    "register_schoolname": "other name of a school",
    "register_source": "source",
    "review_answer": "what a school said of an entry",
    "review_decision": "decision of a reviewer",
    "review_entry": "entry of a sample",
    "review_sample": "sample to be checked",
    "review_text": "words of a return",
    "rounds_asked": "respondent of a survey round",
    "rounds_contact": "address of a respondent",
    "rounds_letter": "letter of a survey round",
    "rounds_line": "line of an answer, as it is worked on",
    "rounds_link": "link of a respondent",
    "rounds_round": "survey round",
    "rounds_sending": "answer that was sent",
    "rounds_sentline": "line of an answer, as it was sent",
    "studies_study": "study",
    "studies_studyinput": "file of a study",
    "survey_leader": "leader",
    "survey_response": "response",
    "survey_roleholding": "role-holding",
    "survey_support": "support for a school",
    "survey_wave": "wave",
}
ACTION_WORDS: Final[dict[str, str]] = {"insert": "added", "update": "changed", "delete": "removed"}
TITLE_COLUMNS: Final = ("name", "label", "title", "file_name")
"""Columns by which a record is called, if it has one. None holds the name of a person."""


@dataclass(frozen=True)
class Subject:
    """What the history of one kind of page is made of.

    Attributes
    ----------
    table
        The record that the page is about.
    related
        (table, column): records that name it in that column belong to its history.
    by_person
        Whether everything about the record's person belongs to it.
    page
        Name of the page's address, which takes the record's key.
    """

    table: str
    related: tuple[tuple[str, str], ...] = ()
    by_person: bool = False
    page: str = ""


SUBJECTS: Final[dict[str, Subject]] = {
    "school": Subject(
        "register_school",
        (("register_schoolname", "school_id"), ("register_membership", "school_id"),
         ("register_headship", "school_id"), ("register_link", "urn")),
        page="register:school",
    ),
    "authority": Subject("register_authority", (("survey_response", "authority_id"),), page="register:authority"),
    "trust": Subject("register_group", (("register_membership", "group_id"),), page="register:trust"),
    "leader": Subject("survey_leader", by_person=True, page="survey:leader"),
}  # fmt: skip
"""Kind of page, as panels name it, to what its history is made of."""


def words_of(table: str) -> str:
    """What a record of a table is called."""
    return TABLE_WORDS.get(table, table.split("_", 1)[-1])


def title_of(table: str, row: Mapping[str, Any] | None) -> str:
    """How one record is called where its own row says so; otherwise what it is. Never a person's name."""
    found = next((str(row[column]) for column in TITLE_COLUMNS if row and row.get(column)), "")
    words = words_of(table)
    return found or f"{words[0].upper()}{words[1:]}"


def subject_of(table: str) -> Subject | None:
    """What the page of a record of a table is about, if it has one."""
    return next((subject for subject in SUBJECTS.values() if subject.table == table), None)
