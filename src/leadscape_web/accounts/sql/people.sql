-- Which persons are users, for names: one's own, those whom one administers, and those who are nothing but users.

create or replace function leadscape_own_person() returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select person_id from accounts_user where id = leadscape_user()
$$;

create or replace function leadscape_named_users() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select u.person_id from accounts_user u where u.id in (select leadscape_administered_users())
$$;

-- Users who neither lead nor head a school, and people whom a respondent has written down and not sent: seeing the
-- people of the nation does not include them.
create or replace function leadscape_only_users() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select u.person_id from accounts_user u
  where not exists (select 1 from survey_leader l where l.person_id = u.person_id)
    and not exists (select 1 from register_headship h where h.person_id = u.person_id)
    and leadscape_everywhere(array['reader','editor','broker','approver'])
  union
  select d.person_id from rounds_line d
  where not exists (select 1 from rounds_sentline s where s.person_id = d.person_id)
    and leadscape_everywhere(array['reader','editor','broker','approver'])
$$;

-- People whose records an editor may change: heads of the area's schools now, and leaders whose home is in it. A
-- leader from elsewhere who supports a school of the area is seen and not edited.
create or replace function leadscape_edited_people() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  with covered as materialized (
    select array_agg(urn) as urns from leadscape_covered_schools(array['editor']) as c(urn))
  select h.person_id from register_headship h where h.school_id = any ((select urns from covered)::text[])
    and (h.ended_on is null or h.ended_on > current_date)
  union
  select person_id from survey_leader where home_school_id = any ((select urns from covered)::text[])
  union
  select person_id from survey_leader where authority_id = any ((select leadscape_authorities(array['editor']))::text[])
$$;

-- Whether a place lies wholly in the editor's area: the school is, and the authority is or is the school's own.
create or replace function leadscape_edits_place(authority text, school text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select leadscape_everywhere(array['editor']) or (
    (authority is not null or school is not null)
    and (school is null or school in (select leadscape_covered_schools(array['editor'])))
    and (authority is null or authority = any (leadscape_authorities(array['editor']))
         or authority = (select s.authority_id from register_school s where s.urn = school)))
$$;

-- Whether somebody may be made a leader: a person whom the editor edits already, or one who is nobody yet. Otherwise
-- writing a leader would show the name behind any id.
create or replace function leadscape_may_become_leader(person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select case
    when exists (select 1 from register_headship h where h.person_id = person)
      then leadscape_everywhere(array['editor']) or person in (select leadscape_edited_people())
    else not exists (select 1 from accounts_user u where u.person_id = person)
     and not exists (select 1 from accounts_personname n where n.person_id = person)
  end
$$;

-- Whether a leader is this person, and in the editor's area.
create or replace function leadscape_edits_leader(leader uuid, person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from survey_leader l where l.id = leader and l.person_id = person)
    and (leadscape_everywhere(array['editor']) or person in (select leadscape_edited_people()))
$$;

create or replace function leadscape_holds_role(holding uuid, leader uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from survey_roleholding h where h.id = holding and h.leader_id = leader)
$$;

-- A record is not moved out of the editor's area, nor into it, by changing its place. Loads have no user.
create or replace function leadscape_guard_place() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  authority text := to_jsonb(new) ->> 'authority_id';
begin
  if leadscape_user() is null or (authority, new.home_school_id) is not distinct from
      (to_jsonb(old) ->> 'authority_id', old.home_school_id) then
    return new;
  end if;
  if not leadscape_edits_place(authority, new.home_school_id) then
    raise exception 'leadscape: that place is outside the area you edit' using errcode = '42501';
  end if;
  return new;
end
$$;

drop trigger if exists leadscape_guard_place on survey_leader;
create trigger leadscape_guard_place before update on survey_leader
for each row execute function leadscape_guard_place();
drop trigger if exists leadscape_guard_place on survey_roleholding;
create trigger leadscape_guard_place before update on survey_roleholding
for each row execute function leadscape_guard_place();
drop trigger if exists leadscape_guard_place on survey_support;
create trigger leadscape_guard_place before update on survey_support
for each row execute function leadscape_guard_place();
