-- What the holder of a personal link sees and may ask; who answers for a person; what staying out brings about.

insert into privacy_secret (name, value)
values ('objections', encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'hex'))
on conflict do nothing;

-- The notice of the link that is being used, while it works.
create or replace function leadscape_live_notice() returns setof privacy_notice
language sql stable security definer set search_path = public, pg_temp as $$
  select n.* from privacy_notice n
  where n.token_hash = leadscape_link() and n.ended_at is null and n.expires_at > now()
$$;

create or replace function leadscape_linked_person() returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select person_id from leadscape_live_notice()
$$;

create or replace function leadscape_linked_notice() returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select id from leadscape_live_notice()
$$;

-- People of whom the service knows nothing but that they sign in: nobody answers for them here. Who is only in a draft of
-- a survey round is answered for, though not seen: leadscape_only_users() is what seeing asks. Told to editors of the
-- nation, who alone are asked about.
create or replace function leadscape_nothing_but_users() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select u.person_id from accounts_user u
  where not exists (select 1 from survey_leader l where l.person_id = u.person_id)
    and not exists (select 1 from register_headship h where h.person_id = u.person_id)
    and leadscape_everywhere(array['editor'])
$$;

-- Whether somebody answers for what is held about a person: an editor of the nation for everybody who is named and is
-- not a user and nothing else (those are looked after by administrators), or an editor of an area that the person is in.
create or replace function leadscape_answers_for(person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select (leadscape_everywhere(array['editor']) and exists (select 1 from accounts_person p where p.id = person)
          and person not in (select leadscape_nothing_but_users()))
      or person in (select leadscape_edited_people())
$$;

-- The link was opened: said once, at the first time.
create or replace function leadscape_note_opened() returns void
language sql volatile security definer set search_path = public, pg_temp as $$
  update privacy_notice set opened_at = now()
  where id = leadscape_linked_notice() and opened_at is null
$$;

-- Everything that the service holds about one person: every row of every table that names the person in a column
-- person_id, their names, and the history of it. For the person by their link, for whoever answers for them, and for the
-- owner role in a job. Hashes of links are left out: they are of no use to anybody but a thief.
create or replace function leadscape_held_about(person uuid) returns jsonb
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  found jsonb := '{}';
  rows jsonb;
  named text;
  own boolean := session_user = current_user or person is not distinct from leadscape_linked_person();
  -- A respondent's line is about somebody of its own until a run takes it to mean the person.
  same uuid[] := array[person] || array(
    select l.person_id from rounds_meant m join rounds_sentline l on l.id = m.line_id where m.person_id = person);
begin
  if person is null or session_user <> current_user and person is distinct from leadscape_linked_person()
      and not leadscape_answers_for(person) then
    return null;
  end if;
  for named in
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'person_id'
      and not a.attisdropped and c.relname not in ('audit_event', 'privacy_objectionkey', 'accounts_user')
      -- What a respondent has not sent yet is for the respondent, and for the person whom it names.
      and (own or c.relname <> 'rounds_line')
    order by c.relname
  loop
    -- Of a respondent's line the organisation that wrote it, as roles say it too; nobody of it is named.
    execute format(
      'select coalesce(jsonb_agg(to_jsonb(t) - ''token_hash'' - ''password'' %s order by to_jsonb(t)::text), ''[]'')'
      ' from %I t where person_id = any ($1)',
      case when named in ('rounds_line', 'rounds_sentline')
        then '|| jsonb_build_object(''respondent'', (select a.name from rounds_asked a where a.id = t.asked_id))'
        else '' end, named) into rows using same;
    found := found || jsonb_build_object(named, rows);
  end loop;
  select coalesce(jsonb_agg(jsonb_build_object('email', u.email, 'is_active', u.is_active, 'created_at', u.created_at)), '[]')
    into rows from accounts_user u where own and u.person_id = person;
  found := found || jsonb_build_object('accounts_user', rows);
  select coalesce(jsonb_agg(jsonb_build_object(
      'at', e.at, 'by', case when e.actor is null then 'the service or the person'
                             else coalesce(leadscape_acted_for(e.actor, e.at), 'a user') end,
      'action', e.action, 'table', e.table_name, 'record', e.record_id, 'changed', e.changed,
      'before', e.before - 'token_hash', 'after', e.after - 'token_hash', 'why', e.why) order by e.id), '[]')
    into rows from audit_event e
    where e.person_id = any (same) and (own or (e.audience <> 'administration' and e.table_name <> 'rounds_line'));
  found := found || jsonb_build_object('audit_event', rows);
  -- Free words on questions that name the person: by the family name on a question about them, else beside a given name
  -- or its initial, since a family name alone is the name of places too.
  select coalesce(jsonb_agg(jsonb_build_object('what', t.field, 'question', t.question_id, 'text', t.text) order by t.id), '[]')
    into rows from review_text t
    where t.text <> '' and exists (
      select 1 from accounts_personname n,
        lateral (select (regexp_match(n.full_name, '(\w+)\W*$'))[1] as family,
                        (regexp_match(n.full_name, '^\W*(?:(?:mr|mrs|ms|miss|mx|dr|sir|dame|prof|rev)\M\W*)?(\w+)', 'i'))[1] as given) w
      where n.person_id = person and w.family is not null and t.text ~* ('\m' || w.family || '\M')
        and (exists (select 1 from review_questionline l where l.question_id = t.question_id and l.person_id = person)
             or t.text ~* ('\m' || w.given || '\M') and w.given <> w.family
             or t.text ~ ('\m' || upper(left(w.given, 1)) || '\.?\s*' || w.family || '\M')));
  found := found || jsonb_build_object('review_text', rows);
  select coalesce(jsonb_agg(jsonb_build_object('objection', k.objection, 'kind', k.kind, 'recorded_on', k.recorded_on,
                                               'keys', k.keys)), '[]')
    into rows from (
      select objection, kind, recorded_on, count(*) as keys from privacy_objectionkey where person_id = person
      group by objection, kind, recorded_on) k;
  return found || jsonb_build_object('privacy_objectionkey', rows);
end
$$;

-- The lawful basis of the person of the link, else that of the wave of the link. Nobody else's.
create or replace function leadscape_linked_basis() returns setof privacy_basis
language sql stable security definer set search_path = public, pg_temp as $$
  select b.* from privacy_basis b join survey_wave own on own.id = b.wave_id, leadscape_live_notice() n
    join survey_wave told on told.id = n.wave_id
  where b.ended_at is null and (b.person_id = n.person_id
    or (b.person_id is null and (own.title, own.system, own.as_of) = (told.title, told.system, told.as_of)))
  order by b.person_id nulls last, b.recorded_at desc
$$;

-- Staying out takes effect at once: roles and support count no longer, links are dead, consent is over. What the
-- service works out from the person's names (keys, lines of returns) is a job, since it needs the library.
create or replace function leadscape_guard_exclusion() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update survey_support set withdrawn_at = now(), version = version + 1
    where person_id = new.person_id and withdrawn_at is null;
  update survey_roleholding set withdrawn_at = now(), version = version + 1
    where person_id = new.person_id and withdrawn_at is null;
  update privacy_notice set ended_at = now(), token_hash = null where person_id = new.person_id and ended_at is null;
  update privacy_basis set ended_at = now() where person_id = new.person_id and ended_at is null;
  insert into jobs_job (id, kind, subject, given, asked_at, state, attempts, step)
  values (gen_random_uuid(), 'privacy.keep_out', '', jsonb_build_object('person', new.person_id), now(), 'waiting', 0, '');
  return null;
end
$$;

drop trigger if exists leadscape_guard_exclusion on privacy_exclusion;
create trigger leadscape_guard_exclusion after insert on privacy_exclusion
for each row when (new.kind <> 'erasure') execute function leadscape_guard_exclusion();

-- An objection and a consent taken back need nobody's leave: the request is the act.
create or replace function leadscape_guard_request() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into privacy_exclusion (id, person_id, kind, recorded_at)
  values (gen_random_uuid(), new.person_id, new.kind, now())
  on conflict (person_id) do nothing;
  return null;
end
$$;

drop trigger if exists leadscape_guard_request on privacy_personrequest;
create trigger leadscape_guard_request after insert on privacy_personrequest
for each row when (new.kind <> 'correction') execute function leadscape_guard_request();

-- Whoever stays out stays out, whatever run, import, undoing or hand would count their roles again.
create or replace function leadscape_guard_out() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select 1 from privacy_exclusion e where e.person_id = new.person_id) then
    new.withdrawn_at := now();
  end if;
  return new;
end
$$;

drop trigger if exists leadscape_guard_out on survey_roleholding;
create trigger leadscape_guard_out before insert or update on survey_roleholding
for each row when (new.withdrawn_at is null) execute function leadscape_guard_out();
drop trigger if exists leadscape_guard_out on survey_support;
create trigger leadscape_guard_out before insert or update on survey_support
for each row when (new.withdrawn_at is null) execute function leadscape_guard_out();

-- Whoever was erased gets no name again: a load goes on without it, a hand is told.
create or replace function leadscape_guard_erased() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select 1 from privacy_erasure e where e.person_id = new.person_id) then
    return new;
  end if;
  if session_user <> current_user then
    raise exception 'leadscape: this person was erased' using errcode = '42501';
  end if;
  return null;
end
$$;

drop trigger if exists leadscape_guard_erased on accounts_personname;
create trigger leadscape_guard_erased before insert on accounts_personname
for each row execute function leadscape_guard_erased();
