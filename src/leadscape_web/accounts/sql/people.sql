-- Which persons are users, for names: one's own, and those whom one administers.

create or replace function leadscape_own_person() returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select person_id from accounts_user where id = leadscape_user()
$$;

create or replace function leadscape_named_users() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select u.person_id from accounts_user u where u.id in (select leadscape_administered_users())
$$;
