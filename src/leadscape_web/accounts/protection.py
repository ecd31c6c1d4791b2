"""What PostgreSQL enforces: for every table, who may read and write which rows. Applied after every migration.

A table without an entry in :data:`TABLES` is granted to nobody, so that forgetting one shows at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

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
        SQL conditions of row-level security; null: every row. ``write`` holds for insert, update and delete alike.
    audience
        Who may read the history: of ``public``, ``person``, ``administration``; null: the table has none.
    key
        Column that names the record in the history.
    left_out
        Columns that the history must not hold.
    """

    sentence: str
    grants: str
    read: str | None = None
    write: str | None = None
    audience: str | None = None
    key: str = "id"
    left_out: tuple[str, ...] = ()

    @property
    def secured(self) -> bool:
        """Whether rows are hidden from some."""
        return self.read is not None


def _seen(person: str = "person_id") -> str:
    return f"(select leadscape_everywhere({NAMED})) or {person} in (select leadscape_people({NAMED}))"


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
    "register_headship": TableRule(
        "People of one's own area", "SELECT", read=_seen(), write="false", audience="person"
    ),
    "survey_wave": _public(),
    "survey_response": _public(),
    "survey_leader": TableRule(
        "Read: people of one's own area. Write: editors, home school or authority in their area",
        "SELECT, INSERT, UPDATE",
        read=_seen(),
        write=_edited("authority_id", "home_school_id"),
        audience="person",
    ),
    "survey_roleholding": TableRule(
        "Read: people of one's own area. Write: editors, home school or authority in their area",
        "SELECT, INSERT, UPDATE",
        read=_seen(),
        write=_edited("authority_id", "home_school_id"),
        audience="person",
    ),
    "survey_support": TableRule(
        "Read: people of one's own area. Write: editors, home school in their area",
        "SELECT, INSERT, UPDATE",
        read=_seen(),
        write=_edited("null", "home_school_id"),
        audience="person",
    ),
    "landscape_publishedtable": TableRule("Everybody reads it; only a load writes it", "SELECT"),
    "landscape_publishedfile": TableRule("Everybody reads it; only a load writes it", "SELECT"),
    "accounts_person": TableRule("An id without anything about the person", "SELECT, INSERT"),
    "accounts_personname": TableRule(
        "Names of people of one's own area, one's own, and of users one administers; editors and users change them",
        "SELECT, INSERT, UPDATE",
        read=f"{_seen()} or person_id = {_ACTS_AS} or person_id in (select leadscape_named_users())",
        write=f"(select leadscape_everywhere({EDITOR})) or person_id in (select leadscape_people({EDITOR}))"
        f" or person_id = {_ACTS_AS} or {_SIGNING_IN}",
        audience="person",
        left_out=("full_name",),
    ),
    "accounts_user": TableRule(
        "One's own account, and those of users one administers; all while somebody proves who they are",
        "SELECT, INSERT, UPDATE",
        read=f"id = {_ACTS} or {_SIGNING_IN} or id in (select leadscape_administered_users())",
        write=f"id = {_ACTS} or {_SIGNING_IN} or id in (select leadscape_administered_users())",
        audience="administration",
        left_out=("password", "email", "last_login"),
    ),
    "accounts_organisation": TableRule(
        "Everybody reads it; administrators of the nation write it",
        "SELECT, INSERT, UPDATE",
        read="true",
        write=f"leadscape_everywhere({ADMINISTRATOR})",
        audience="public",
    ),
    "accounts_access": TableRule(
        "One's own rights, and those in organisations one administers",
        "SELECT, INSERT, UPDATE",
        read=f"user_id = {_ACTS} or organisation_id in (select leadscape_organisations({ADMINISTRATOR}))",
        write=f"organisation_id in (select leadscape_organisations({ADMINISTRATOR})) or {_SIGNING_IN}",
        audience="administration",
    ),
    "accounts_invitation": TableRule(
        "Administrators of the organisation; everybody's while somebody answers one",
        "SELECT, INSERT, UPDATE",
        read=f"organisation_id in (select leadscape_organisations({ADMINISTRATOR})) or {_SIGNING_IN}",
        write=f"organisation_id in (select leadscape_organisations({ADMINISTRATOR})) or {_SIGNING_IN}",
        audience="administration",
        left_out=("email", "token_hash"),
    ),
    "accounts_apitoken": TableRule(
        "One's own tokens",
        "SELECT, INSERT, UPDATE",
        read=_OWN,
        write=_OWN,
        audience="administration",
        left_out=("token_hash", "last_used_on"),
    ),
    "account_emailaddress": TableRule(
        "One's own address; all while somebody proves who they are",
        "SELECT, INSERT, UPDATE, DELETE",
        read=_OWN,
        write=_OWN,
    ),
    "account_emailconfirmation": TableRule(
        "Confirmations while somebody proves who they are",
        "SELECT, INSERT, UPDATE, DELETE",
        read=_SIGNING_IN,
        write=_SIGNING_IN,
    ),
    "mfa_authenticator": TableRule(
        "One's own second factors, and to take away those of users one administers",
        "SELECT, INSERT, UPDATE, DELETE",
        read=f"{_OWN} or {_ADMINISTERED}",
        write=f"{_OWN} or {_ADMINISTERED}",
    ),
    "audit_event": TableRule(
        "History of public records: everybody; of people: those who see the person; of accounts: administrators of"
        " the nation. Nobody writes it: triggers do",
        "SELECT",
        read=f"audience = 'public' or (audience = 'person' and ({_seen()}))"
        f" or (select leadscape_everywhere({ADMINISTRATOR}))",
        write="false",
    ),
    "django_session": TableRule(
        "Sessions: signed data under a secret key, read before anybody is known",
        "SELECT, INSERT, UPDATE, DELETE",
    ),
    "accounts_cache": TableRule("Counters of attempts, without names", "SELECT, INSERT, UPDATE, DELETE"),
    "django_migrations": TableRule("Which migrations were run, for /ready", "SELECT"),
    "django_content_type": TableRule("The framework's list of tables", "SELECT"),
    "auth_permission": TableRule("The framework's; not used", ""),
    "auth_group": TableRule("The framework's; not used", ""),
    "auth_group_permissions": TableRule("The framework's; not used", ""),
}


def protect(cursor: Any, service: str) -> None:
    """Make the database enforce :data:`TABLES` for the plain role ``service``. Safe to repeat; run as the owner."""
    for package, name in (("leadscape_web.accounts", "area.sql"), ("leadscape_web.accounts", "people.sql"),
                          ("leadscape_web.audit", "record.sql"), ("leadscape_web.survey", "anonymous.sql")):  # fmt: skip
        cursor.execute(files(package).joinpath("sql", name).read_text(encoding="utf-8"))
    role = f'"{service}"'
    cursor.execute(f"revoke all on all tables in schema public from public, {role}")
    cursor.execute(f"grant usage on schema public to {role}")
    cursor.execute(f"grant usage on all sequences in schema public to {role}")
    for table, rule in TABLES.items():
        for statement in _statements(table, rule, role):
            cursor.execute(statement)
    cursor.execute(f"grant select on survey_anonymousholding to {role}")


def _statements(table: str, rule: TableRule, role: str) -> list[str]:
    made = [f'grant {rule.grants} on "{table}" to {role}'] if rule.grants else []
    made += [f'drop policy if exists leadscape_read on "{table}"',
             f'drop policy if exists leadscape_write on "{table}"',
             f'drop policy if exists leadscape_change on "{table}"',
             f'drop policy if exists leadscape_remove on "{table}"']  # fmt: skip
    if rule.secured:
        write = rule.write or "false"
        made += [
            f'alter table "{table}" enable row level security',
            f'create policy leadscape_read on "{table}" for select to {role} using ({rule.read})',
            f'create policy leadscape_write on "{table}" for insert to {role} with check ({write})',
            f'create policy leadscape_change on "{table}" for update to {role} using ({write}) with check ({write})',
            f'create policy leadscape_remove on "{table}" for delete to {role} using ({write})',
        ]
    for operation, tables in (("insert", "new table as changed"), ("delete", "old table as former"),
                              ("update", "old table as former new table as changed")):  # fmt: skip
        name = f"leadscape_{operation}"
        made.append(f'drop trigger if exists {name} on "{table}"')
        if rule.audience:
            left_out = ",".join(rule.left_out)
            made.append(
                f'create trigger {name} after {operation} on "{table}" referencing {tables} for each statement'
                f" execute function leadscape_record('{rule.audience}', '{rule.key}', '{left_out}')"
            )
    return made
