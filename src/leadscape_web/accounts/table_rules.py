"""For every table: who may read and write which rows, and who may read its history. PostgreSQL enforces it.

A table without an entry in :data:`TABLES` is granted to nobody, so that forgetting one shows at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NAMED: Final = "array['reader','editor','broker','approver']"
EDITOR: Final = "array['editor']"
ADMINISTRATOR: Final = "array['administrator']"
RESEARCHER: Final = "array['researcher']"


# Inside a select of their own they are asked once a statement; bare, once a row (130 ms instead of 7 ms over 25,000).
_ACTS: Final = "(select leadscape_user())"
_ACTS_AS: Final = "(select leadscape_own_person())"
_SIGNING_IN: Final = "(select leadscape_signing_in())"


@dataclass(frozen=True)
class TableRule:
    """Who may do what with the rows of one table, for the plain role.

    Attributes
    ----------
    sentence
        The rule in words, for the reference.
    grants
        What the plain role may do at all: some of SELECT, INSERT, UPDATE, DELETE.
    read, write
        SQL conditions of row-level security; null: every row. ``write`` holds for insert, update and delete alike,
        unless ``change`` (update) or ``remove`` (delete) say otherwise.
    audience
        Who may read the history: of ``public``, ``person``, ``administration``; null: the table has none.
    key
        Column that names the record in the history.
    left_out
        Columns whose values the history must not hold; it says that they changed.
    unasked
        Columns that change without a reason; ``*``: all, where the framework writes the table.
    quiet
        Columns whose changes are none: when somebody was last here.
    fixed
        Columns that never change, beside the key: whom a record is about.
    """

    sentence: str
    grants: str
    read: str | None = None
    write: str | None = None
    audience: str | None = None
    key: str = "id"
    left_out: tuple[str, ...] = ()
    change: str | None = None
    remove: str | None = None
    unasked: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()

    @property
    def secured(self) -> bool:
        """Whether rows are hidden from some."""
        return self.read is not None


def _seen(person: str = "person_id") -> str:
    return f"(select leadscape_everywhere({NAMED})) or {person} in (select leadscape_people({NAMED}))"


def seen_by_name() -> str:
    """Names and their history: also one's own and those of users one administers, and of nobody who is only a user."""
    return (
        f"((select leadscape_everywhere({NAMED})) and person_id not in (select leadscape_only_users()))"
        f" or person_id in (select leadscape_people({NAMED})) or person_id = {_ACTS_AS}"
        " or person_id in (select leadscape_named_users())"
    )


_NAMES: Final = (
    f"((select leadscape_everywhere({EDITOR})) and person_id not in (select leadscape_only_users()))"
    f" or person_id in (select leadscape_edited_people()) or person_id = {_ACTS_AS}"
)


def _edited(authority: str, school: str) -> str:
    """Rows of the editor's own area, by home school or authority."""
    return (
        f"(select leadscape_everywhere({EDITOR}))"
        f" or {authority} = any ((select leadscape_authorities({EDITOR}))::text[])"
        f" or {school} = any ((select leadscape_schools({EDITOR}))::text[])"
        f" or {school} in (select leadscape_covered_schools({EDITOR}))"
    )


_PUBLIC: Final = TableRule(
    "Everybody who is signed in reads it; only a load writes it", "SELECT", audience="public"
)
_OWN: Final = f"user_id = {_ACTS} or {_SIGNING_IN}"
_ADMINISTERED: Final = "user_id in (select leadscape_administered_users())"
_ADMINISTERED_BODY: Final = f"organisation_id in (select leadscape_organisations({ADMINISTRATOR}))"
_LINKED: Final = "token_hash = (select leadscape_link())"


def _public(key: str = "id") -> TableRule:
    return TableRule(_PUBLIC.sentence, _PUBLIC.grants, audience="public", key=key)


TABLES: Final[dict[str, TableRule]] = {
    "register_source": _public(),
    "register_authority": _public("code"),
    "register_school": _public("urn"),
    "register_schoolname": _public(),
    "register_group": _public("uid"),
    "register_membership": _public(),
    "register_link": _public(),
    "register_searchentry": TableRule(
        "Everybody reads it; derived from the register, so without history", "SELECT"
    ),
    "register_searchword": TableRule("Everybody reads it; words of public names, without history", "SELECT"),
    "register_searchoccurrence": TableRule("Everybody reads it; which entry has which word", "SELECT"),
    "register_headship": TableRule(
        "People of one's own area", "SELECT", read=_seen(), write="false", audience="person"
    ),
    "survey_wave": _public(),
    "survey_response": _public(),
    "survey_leader": TableRule(
        "Read: people of one's own area. Write: editors, home school or authority in their area",
        "SELECT, INSERT, UPDATE",
        read=_seen(),
        write="leadscape_edits_place(authority_id, home_school_id) and leadscape_may_become_leader(person_id)",
        change=_edited("authority_id", "home_school_id"),
        audience="person",
        fixed=("person_id",),
    ),
    "survey_roleholding": TableRule(
        "Read: people of one's own area. Write: editors, home school or authority in their area",
        "SELECT, INSERT, UPDATE",
        read=_seen(),
        write="leadscape_edits_leader(leader_id, person_id)"
        " and ((authority_id is null and home_school_id is null)"
        " or leadscape_edits_place(authority_id, home_school_id))",
        change=_edited("authority_id", "home_school_id"),
        audience="person",
        fixed=("leader_id", "person_id"),
    ),
    "survey_support": TableRule(
        "Read: people of one's own area. Write: editors, home school in their area",
        "SELECT, INSERT, UPDATE",
        read=_seen(),
        write="leadscape_edits_leader(leader_id, person_id) and leadscape_holds_role(holding_id, leader_id)"
        " and (home_school_id is null or leadscape_edits_place(null, home_school_id))",
        change=f"{_edited('null', 'home_school_id')}"
        " or (home_school_id is null and person_id in (select leadscape_edited_people()))",
        audience="person",
        fixed=("holding_id", "leader_id", "person_id"),
    ),
    "landscape_publishedtable": TableRule("Everybody reads it; only a load writes it", "SELECT"),
    "landscape_publishedfile": TableRule("Everybody reads it; only a load writes it", "SELECT"),
    "accounts_person": TableRule("An id without anything about the person", "SELECT, INSERT"),
    "accounts_personname": TableRule(
        "Names of people of one's own area, one's own, and of users one administers; editors and users change them",
        "SELECT, INSERT, UPDATE",
        read=seen_by_name(),
        write=_NAMES,
        audience="person",
        left_out=("full_name",),
        fixed=("person_id", "recorded_at"),
    ),
    "accounts_user": TableRule(
        "Read: one's own account, those of users one administers, all while somebody proves who they are. Made: by"
        " the link of an invitation. Changed: by its owner; switched off by administrators of all that the user does",
        "SELECT, INSERT,"
        " UPDATE (password, last_login, is_active, deactivated_at, sessions_ended_at, password_changed_at)",
        read=f"id = {_ACTS} or {_SIGNING_IN} or id in (select leadscape_administered_users())"
        " or email = (select leadscape_invited_address())",
        write="leadscape_invited_as(email)",
        change=f"id = {_ACTS} or {_SIGNING_IN} or id in (select leadscape_governed_users())",
        audience="administration",
        left_out=("password", "email"),
        unasked=("password", "email", "password_changed_at", "sessions_ended_at"),
        quiet=("last_login",),
        fixed=("person_id",),
    ),
    "accounts_organisation": TableRule(
        "Everybody reads it; administrators add bodies of their area, those of the nation rename them",
        "SELECT, INSERT, UPDATE (label)",
        read="true",
        write="leadscape_covers(kind, key)",
        change=f"(select leadscape_everywhere({ADMINISTRATOR}))",
        audience="public",
    ),
    "accounts_access": TableRule(
        "Read: one's own rights, and those in organisations one administers. Given: in those, never to oneself; or by"
        " the link of an invitation, as it says. Ended: in organisations one administers",
        "SELECT, INSERT, UPDATE (ended_at)",
        read=f"user_id = {_ACTS} or {_ADMINISTERED_BODY}",
        write=f"({_ADMINISTERED_BODY} and user_id <> {_ACTS})"
        ' or leadscape_link_gives(user_id, organisation_id, "right")',
        change=_ADMINISTERED_BODY,
        audience="administration",
    ),
    "accounts_invitation": TableRule(
        "Administrators of the organisation; whoever holds the link answers its one",
        "SELECT, INSERT, UPDATE (accepted_at, withdrawn_at)",
        read=f"{_ADMINISTERED_BODY} or {_LINKED}",
        write=_ADMINISTERED_BODY,
        change=f"{_ADMINISTERED_BODY} or {_LINKED}",
        audience="administration",
        left_out=("email", "token_hash"),
    ),
    "accounts_apitoken": TableRule(
        "One's own tokens; and the one that a program shows",
        "SELECT, INSERT, UPDATE (revoked_at, last_used_on)",
        read=f"user_id = {_ACTS} or {_LINKED}",
        write=f"user_id = {_ACTS}",
        audience="administration",
        left_out=("token_hash",),
        quiet=("last_used_on",),
        fixed=("user_id",),
    ),
    "accounts_identity": TableRule(
        "One's own accounts elsewhere; all while somebody proves who they are",
        "SELECT, INSERT, UPDATE (unlinked_at, last_used_on)",
        read=_OWN,
        write=f"user_id = {_ACTS}",
        audience="administration",
        left_out=("subject",),
        quiet=("last_used_on",),
        fixed=("user_id", "issuer", "subject"),
    ),
    "accounts_keptwrite": TableRule(
        "What one's own programs wrote within a day, by id; derived, so without history",
        "SELECT, INSERT, DELETE",
        read=f"user_id = {_ACTS}",
        write=f"user_id = {_ACTS}",
    ),
    "accounts_ratecount": TableRule(
        "How much was asked within a minute, under hashes; counted by a function only", ""
    ),
    "account_emailaddress": TableRule(
        "Empty: a user's address is in accounts_user alone", "SELECT", read="false", write="false"
    ),
    "account_emailconfirmation": TableRule(
        "Empty: an invitation's link confirms an address", "SELECT", read="false", write="false"
    ),
    "mfa_authenticator": TableRule(
        "One's own second factors; all while somebody proves who they are; taken away by administrators of all that"
        " the user does",
        "SELECT, INSERT, UPDATE, DELETE",
        read=f"{_OWN} or {_ADMINISTERED}",
        write=f"user_id = {_ACTS}",
        change=_OWN,
        remove=f"user_id = {_ACTS} or user_id in (select leadscape_governed_users())",
        audience="administration",
        left_out=("data",),
        unasked=("*",),
        quiet=("last_used_at",),
        fixed=("user_id",),
    ),
    "audit_event": TableRule(
        "History of public records: everybody; of people: those who see the person; of accounts: administrators of"
        " the nation. Nobody writes it: triggers do",
        "SELECT",
        read=f"audience = 'public' or (audience = 'person' and ({seen_by_name()}))"
        f" or (audience = 'administration' and (select leadscape_everywhere({ADMINISTRATOR})))",
        write="false",
    ),
    "audit_listed": TableRule(
        "A view: that a record changed, by whom and why, for administrators of the nation; before and after of people"
        " for those among them who see the person",
        "SELECT",
    ),
    "audit_export": TableRule(
        "Downloads of the history: administrators of the nation, each under their own name",
        "SELECT, INSERT",
        read=f"(select leadscape_everywhere({ADMINISTRATOR}))",
        write=f"(select leadscape_everywhere({ADMINISTRATOR})) and made_by = {_ACTS}",
        audience="administration",
    ),
    "survey_anonymousholding": TableRule(
        "A view: role-holdings without names or schools, for researchers, in their area, and nothing by which one"
        " leader could be told from fewer than six",
        "SELECT",
    ),
    "leadscape_secret": TableRule(
        "The key under which ids for research are made; the owner role's alone", ""
    ),
    "django_session": TableRule(
        "Sessions: signed data under a secret key, read before anybody is known; what is over is deleted daily",
        "SELECT, INSERT, UPDATE, DELETE",
    ),
    "accounts_cache": TableRule(
        "Counters of attempts, under hashes; what is over is deleted daily", "SELECT, INSERT, UPDATE, DELETE"
    ),
    "django_migrations": TableRule("Which migrations were run, for /ready", "SELECT"),
    "django_content_type": TableRule("The framework's list of tables", "SELECT"),
    "auth_permission": TableRule("The framework's; not used", ""),
    "auth_group": TableRule("The framework's; not used", ""),
    "auth_group_permissions": TableRule("The framework's; not used", ""),
}
