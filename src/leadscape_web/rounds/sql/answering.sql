-- What the holder of a respondent's link sees and does: their own round, their own lines, nothing else.

-- The respondent of the link that is being used, while the link works.
create or replace function leadscape_linked_asked() returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id from rounds_link l join rounds_asked a on a.id = l.asked_id join rounds_round r on r.id = a.round_id
  where l.token_hash = leadscape_link() and l.ended_at is null and l.expires_at > now()
    and a.withdrawn_at is null and r.started_at is not null
$$;

create or replace function leadscape_linked_round() returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select round_id from rounds_asked where id = leadscape_linked_asked()
$$;

-- The same while an answer is taken: until the closing date; after it, while late answers are taken, from those who had
-- not answered in time; never once the round is closed.
create or replace function leadscape_answering() returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id from rounds_asked a join rounds_round r on r.id = a.round_id
  where a.id = leadscape_linked_asked() and r.closed_at is null
    and ((now() at time zone 'Europe/London')::date <= r.closes_on
         or (a.answered_at is null and (now() at time zone 'Europe/London')::date <= r.closes_on + r.late_days))
$$;

-- Names that the respondent wrote, and no others.
create or replace function leadscape_nominee_names() returns table (person_id uuid, full_name text)
language sql stable security definer set search_path = public, pg_temp as $$
  select n.person_id, n.full_name from accounts_personname n
  where n.superseded_at is null
    and n.person_id in (select l.person_id from rounds_line l where l.asked_id = leadscape_linked_asked())
$$;

-- Write down a name: with a new line for a new person, or another name for somebody who stands in a line of this answer.
-- Nobody makes a person without a line, or more lines than an answer could need: a link that leaked fills no disk.
create or replace function leadscape_name_nominee(nominee uuid, written text) returns uuid
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  named uuid := nominee;
  its_answer uuid := leadscape_answering();
begin
  if its_answer is null or btrim(coalesce(written, '')) = '' then
    raise exception 'leadscape: no answer is taken by this link' using errcode = '42501';
  end if;
  perform 1 from rounds_asked where id = its_answer for update;
  if (select count(*) from accounts_personname n join rounds_line l on l.person_id = n.person_id
      where l.asked_id = its_answer) >= 2000 then
    raise exception 'leadscape: too many names by one link' using errcode = '54000';
  end if;
  if named is null then
    named := gen_random_uuid();
    insert into accounts_person (id, recorded_at) values (named, now());
    insert into rounds_line (id, asked_id, person_id, position, home_text, role, role_text, partner_schools,
                             nominee_email, made_at)
    select gen_random_uuid(), its_answer, named, 1 + coalesce(max(position), 0), '', '', '', '', '', now()
    from rounds_line where asked_id = its_answer;
  elsif not exists (select 1 from rounds_line l where l.person_id = named and l.asked_id = its_answer
                    and l.removed_at is null and l.erased_at is null) then
    raise exception 'leadscape: this person was not named by this link' using errcode = '42501';
  elsif exists (select 1 from accounts_personname n
                where n.person_id = named and n.superseded_at is null and n.full_name = written) then
    return named;
  end if;
  update accounts_personname set superseded_at = now() where person_id = named and superseded_at is null;
  insert into accounts_personname (id, person_id, full_name, recorded_at)
  values (gen_random_uuid(), named, written, now());
  return named;
end
$$;

create or replace function leadscape_round_opened() returns void
language sql volatile security definer set search_path = public, pg_temp as $$
  update rounds_asked set opened_at = now() where id = leadscape_linked_asked() and opened_at is null
$$;

-- No more letters, or letters again: the respondent's own wish. Once the round is closed no letter goes out anyway, and
-- what was counted stays as it was.
create or replace function leadscape_stop_letters(stop boolean) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
  update rounds_asked a set stopped_at = case when stop then now() end
  where id = leadscape_linked_asked() and (stopped_at is null) = stop
    and exists (select 1 from rounds_round r where r.id = a.round_id and r.closed_at is null)
$$;

create or replace function leadscape_guard_saved() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update rounds_asked set saved_at = now() where id = new.asked_id and leadscape_link() is not null;
  return null;
end
$$;

drop trigger if exists leadscape_guard_saved on rounds_line;
create trigger leadscape_guard_saved after insert or update on rounds_line
for each row execute function leadscape_guard_saved();

-- When an answer was sent is for the database to say, and which it is; and nobody sends without end.
create or replace function leadscape_guard_numbered() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if leadscape_link() is not null then
    -- Two that are sent at once wait for each other.
    perform 1 from rounds_asked where id = new.asked_id for update;
    new.sent_at := now();
    new.number := 1 + coalesce((select max(number) from rounds_sending s where s.asked_id = new.asked_id), 0);
    if (select count(*) from rounds_sending s
        where s.asked_id = new.asked_id and s.sent_at > now() - interval '1 day') >= 10 then
      raise exception 'leadscape: too many answers by one link in a day' using errcode = '54000';
    end if;
  end if;
  return new;
end
$$;

drop trigger if exists leadscape_guard_numbered on rounds_sending;
create trigger leadscape_guard_numbered before insert on rounds_sending
for each row execute function leadscape_guard_numbered();

-- An answer is frozen as it is sent, and confirmed by a letter. None and names exclude each other.
create or replace function leadscape_guard_sending() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  frozen integer;
  reached boolean;
  letter uuid := gen_random_uuid();
begin
  insert into rounds_sentline (id, sending_id, line_id, asked_id, person_id, position, home_school_id, home_text, role,
                               role_text, started_on, ended_on, partner_schools)
  select gen_random_uuid(), new.id, l.id, l.asked_id, l.person_id, l.position, l.home_school_id, l.home_text, l.role,
         l.role_text, l.started_on, l.ended_on, l.partner_schools
  from rounds_line l where l.asked_id = new.asked_id and l.removed_at is null and l.erased_at is null;
  get diagnostics frozen = row_count;
  if new.has_none <> (frozen = 0) then
    raise exception 'leadscape: an answer names somebody, or says that there is nobody' using errcode = '23514';
  end if;
  update rounds_asked
  set answered_at = coalesce(answered_at, new.sent_at), has_none = new.has_none,
      corrected_at = case when answered_at is not null then new.sent_at end
  where id = new.asked_id
  returning bounced_at is null and stopped_at is null
    and exists (select 1 from rounds_contact c where c.asked_id = rounds_asked.id and c.ended_at is null)
  into reached;
  if reached then
    insert into rounds_letter (id, asked_id, kind, number, wanted_at, answer)
    values (letter, new.asked_id, 'confirmation', new.number, now(), '');
    insert into jobs_job (id, kind, subject, given, asked_at, state, attempts, step, brief)
    values (gen_random_uuid(), 'rounds.letter', '', jsonb_build_object('letter', letter), now(), 'waiting', 0, '',
            true);
  end if;
  return null;
end
$$;

drop trigger if exists leadscape_guard_sending on rounds_sending;
create trigger leadscape_guard_sending after insert on rounds_sending
for each row execute function leadscape_guard_sending();
