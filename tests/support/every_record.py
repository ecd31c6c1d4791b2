"""A record of every kind that a page shows and that the invented system of the tests lacks."""

from __future__ import annotations

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
insert into privacy_doubtfulrow
    (id, file_id, row, may_be, cells, found_at, answer, acts, version, fingerprint, trouble)
select gen_random_uuid(), i.id, 3, e.person_id,
    '[["leader_name", "A. Ash"], ["home_school", "Elsewhere Primary School"]]', now(), '', '[]', 1, '', ''
from (select id from studies_studyinput limit 1) i, (select person_id from privacy_exclusion limit 1) e;
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
