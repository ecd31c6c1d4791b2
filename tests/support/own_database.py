"""A database of a test's own: a copy of the invented system in which real transactions of several users may commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from leadscape_web.config.roles import OWNER


@contextmanager
def owner_cursor(connections: Any) -> Iterator[Any]:
    """The owner role on the database of the tests, in a transaction that is undone."""
    settings = connections["owner"].settings_dict
    options = {"dbname": settings["NAME"], "user": OWNER, "host": settings["OPTIONS"].get("host") or settings["HOST"],
               "port": settings["OPTIONS"].get("port") or settings["PORT"]}  # fmt: skip
    with psycopg.connect(**options) as connection, connection.cursor() as cursor:
        try:
            yield cursor
        finally:
            connection.rollback()


def one_row_more(cursor: Any) -> None:
    """A row in each table with a history that the invented system leaves empty, as the owner role."""
    cursor.execute("select set_config('leadscape.why', 'One row more', true)")
    for statement in (
        "insert into accounts_apitoken (id, user_id, label, token_hash, scopes, created_at, expires_at)"
        " select gen_random_uuid(), id, 'A program', 'x', '{}', now(), now() from accounts_user limit 1",
        'insert into accounts_invitation (id, email, organisation_id, "right", token_hash, created_at, expires_at)'
        " select gen_random_uuid(), 'x@leadscape.example', id, 'reader', 'y', now(), now()"
        " from accounts_organisation limit 1",
        "insert into audit_export (id, made_by, made_at, filters, format, rows, sha256)"
        " values (gen_random_uuid(), gen_random_uuid(), now(), '{}', 'csv', 0, 'z')",
        "insert into accounts_identity (id, user_id, provider, issuer, subject, linked_at)"
        " select gen_random_uuid(), id, 'entra', 'https://login.example', 'x', now() from accounts_user limit 1",
        "insert into mfa_authenticator (user_id, type, data, created_at)"
        " select id, 'totp', '{}', now() from accounts_user limit 1",
        "insert into studies_study (id, title, system, as_of, codebook, settings, made_at, wave_id)"
        " select gen_random_uuid(), 'Reviewed', 'england', '2006-06-30', 'england-2006', '{}', now(), id"
        " from survey_wave limit 1",
        "insert into studies_studyinput (id, study_id, key, file_name, content, sha256, size, position, added_at,"
        " taken_out, doubtful)"
        " select gen_random_uuid(), id, 'returns', 'x.csv', '', 'x', 0, 1, now(), 0, '{}' from studies_study limit 1",
        "insert into review_question (id, study_id, kind, authorities, nominations, candidates, answers, chances_pct,"
        " evidence, not_used, run_at, wave_id)"
        " select gen_random_uuid(), id, 'role', '{}', 1, '{}', '{}', '{}', '{}', '', now(), wave_id from studies_study"
        " where title = 'Reviewed'",
        "insert into review_decision (id, question_id, answer, origin, decided_at)"
        " select gen_random_uuid(), id, 'none', 'study', '2020-01-01' from review_question",
        "insert into review_text (id, question_id, field, text)"
        " select gen_random_uuid(), id, 'key', 'role-helps' from review_question",
        "insert into review_sample (id, study_id, wave_id, strata, size, drawn_at)"
        " select gen_random_uuid(), id, wave_id, '{role}', 1, now() from studies_study where title = 'Reviewed'",
        "insert into review_entry (id, sample_id, holding_key, role, stratum, reported, drawn, inclusion_share,"
        " random_number, partner_schools)"
        " select gen_random_uuid(), id, 'holding-leader-alice', 'x', 'x', 1, 1, 1, 0.5, '{}' from review_sample",
        "insert into review_answer (id, entry_id, field, said, recorded_at)"
        " select gen_random_uuid(), id, 'leads', 'right', '2020-01-01' from review_entry",
        "insert into rounds_round (id, title, as_of, codebook, base_id, opens_on, closes_on, late_days, reminders_on,"
        " subject, letter, purpose, contact, address, made_at, version)"
        " select gen_random_uuid(), 'x', '2006-06-30', 'x', id, '2006-06-01', '2006-06-30', 0, '{}',"
        " 'x', 'x', 'x', 'x', 'x', now(), 1 from studies_study limit 1",
        "insert into rounds_asked (id, round_id, respondent, name, kind, authority_code, region, channel, heard,"
        " has_none, reminders, bounce, version)"
        " select gen_random_uuid(), id, 'x', 'x', 'authority', '', '', 'email', '', false, 0, '', 1 from rounds_round",
        "insert into rounds_contact (id, asked_id, email, made_at)"
        " select gen_random_uuid(), id, 'x@respondents.example', now() from rounds_asked",
        "insert into rounds_link (id, asked_id, token_hash, made_at, expires_at)"
        " select gen_random_uuid(), id, 'x', now(), now() from rounds_asked",
        "insert into rounds_letter (id, asked_id, kind, number, wanted_at, answer)"
        " select gen_random_uuid(), id, 'invitation', 1, now(), '' from rounds_asked",
        "insert into rounds_line (id, asked_id, person_id, position, home_text, role, role_text, partner_schools,"
        " nominee_email, made_at) select gen_random_uuid(), a.id, l.person_id, 1, '', 'x', '', '', '', now()"
        " from rounds_asked a, (select person_id from survey_leader limit 1) l",
        "insert into rounds_sending (id, asked_id, number, sent_at, has_none)"
        " select gen_random_uuid(), id, 1, now(), false from rounds_asked",
        "insert into privacy_address (id, person_id, email, source, recorded_at)"
        " select gen_random_uuid(), person_id, 'x@school.example', 'editor', now() from survey_leader limit 1",
        "insert into privacy_notice (id, person_id, wave_id, channel, made_at, trouble)"
        " select gen_random_uuid(), person_id, wave_id, 'letter', now(), '' from survey_leader limit 1",
        "insert into privacy_personrequest (id, person_id, kind, about, text, asked_at, state, answer, version)"
        " select gen_random_uuid(), person_id, 'correction', 'other', 'x', now(), 'open', '', 1"
        " from survey_leader limit 1",
        "insert into privacy_basis (id, wave_id, basis, explained, controller, purpose, recipients, recorded_at)"
        " select gen_random_uuid(), id, 'consent', 'x', '', '', '', now() from survey_wave limit 1",
        "insert into privacy_recordgiven (id, person_id, made_by_id, made_at, format, sha256)"
        " select gen_random_uuid(), l.person_id, u.id, now(), 'json', 'x' from accounts_user u,"
        " (select person_id from survey_leader limit 1) l limit 1",
        "insert into privacy_doubtfulrow (id, file_id, row, found_at, answer, acts, version, fingerprint, trouble)"
        " select gen_random_uuid(), id, 2, now(), '', '[]', 1, '', '' from studies_studyinput limit 1",
        "insert into privacy_exclusion (id, person_id, kind, recorded_at)"
        " select gen_random_uuid(), person_id, 'erasure', now() from register_headship"
        " where person_id not in (select person_id from survey_leader) limit 1",
        "insert into privacy_erasure (id, person_id, why, erased_at, digests)"
        " select gen_random_uuid(), person_id, 'asked', now(), '{}' from privacy_exclusion limit 1",
        "insert into imports_import (id, kind, state, absent, created_at, created_by_id, summary, notes, basis,"
        " undo_why) select gen_random_uuid(), 'register', 'checking', 'ask', now(), id, '[]', '[]', '', ''"
        " from accounts_user limit 1",
        "insert into privacy_retentionperiod (code, days, source, changed_on) values ('x', 1, 'x', now())",
    ):
        cursor.execute(statement)


@contextmanager
def own_database(server: Any, blocker: Any, name: str, *, template: str = "world") -> Iterator[None]:
    """A copy of the invented system that all connections of Django point at, in which transactions really commit."""
    from django.db import connections

    from tests.support.service import point_at

    with blocker.unblock():
        for connection in connections.all():
            connection.close()
        server.create_database(name, template=template)
        point_at(server, name)
        try:
            yield
        finally:
            for connection in connections.all():
                connection.close()
            point_at(server, "world")
