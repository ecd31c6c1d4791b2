-- Who acts, and over which area. Owned by the owner role, so that they read what the plain role may not.
-- A right ends with its access, and with its user.

create or replace function leadscape_user() returns uuid
language sql stable parallel safe as $$
  select nullif(current_setting('leadscape.user', true), '')::uuid
$$;

create or replace function leadscape_signing_in() returns boolean
language sql stable parallel safe as $$
  select coalesce(current_setting('leadscape.purpose', true), '') = 'sign-in'
$$;

create or replace function leadscape_holds(rights text[])
returns table (kind text, key text)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.kind, o.key
  from accounts_access a
  join accounts_organisation o on o.id = a.organisation_id
  join accounts_user u on u.id = a.user_id
  where a.user_id = leadscape_user() and u.is_active and a.ended_at is null and a."right" = any (rights)
$$;

create or replace function leadscape_everywhere(rights text[]) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from leadscape_holds(rights) where kind = 'nation')
$$;

create or replace function leadscape_authorities(rights text[]) returns text[]
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(distinct code), '{}') from (
    select key as code from leadscape_holds(rights) where kind = 'authority'
    union
    select a.code from leadscape_holds(rights) h join register_authority a on a.region = h.key
    where h.kind = 'region'
  ) held
$$;

create or replace function leadscape_schools(rights text[]) returns text[]
language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(distinct urn), '{}') from (
    select key as urn from leadscape_holds(rights) where kind = 'school'
    union
    select m.school_id from leadscape_holds(rights) h join register_membership m on m.group_id = h.key
    where h.kind = 'trust' and (m.left_on is null or m.left_on > current_date)
  ) held
$$;

-- Every school that the area covers, for looking up who works there.
create or replace function leadscape_covered_schools(rights text[]) returns setof text
language sql stable security definer set search_path = public, pg_temp as $$
  select urn from register_school where authority_id = any ((select leadscape_authorities(rights))::text[])
  union
  select unnest(leadscape_schools(rights))
$$;

-- People of an area: heads of its schools now, leaders whose home school or authority is in it, and leaders who support
-- one of its schools now.
-- Nobody for rights that do not show people. The schools are one array, so that each table is asked by its index:
-- joined, all heads and leaders of the nation would be read (17 ms instead of 2 for an authority, in every statement).
create or replace function leadscape_people(rights text[]) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  with covered as materialized (select array_agg(urn) as urns from leadscape_covered_schools(rights) as c(urn)), found as (
    select h.person_id from register_headship h where h.school_id = any ((select urns from covered)::text[])
      and (h.ended_on is null or h.ended_on > current_date)
    union
    select person_id from survey_leader where home_school_id = any ((select urns from covered)::text[])
    union
    select person_id from survey_leader where authority_id = any ((select leadscape_authorities(rights))::text[])
    union
    select person_id from survey_support where partner_school_id = any ((select urns from covered)::text[])
      and withdrawn_at is null and (ended_on is null or ended_on > current_date)
  )
  select person_id from found where rights <@ array['reader','editor','broker','approver']
$$;

-- Whether the area covers one school; says of each what leadscape_covered_schools says of all.
create or replace function leadscape_covers_school(rights text[], its_urn text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select its_urn = any (leadscape_schools(rights))
    or exists (select 1 from register_school s where s.urn = its_urn and s.authority_id = any (leadscape_authorities(rights)))
$$;

-- Organisations inside the area of an administrator, with their own.
create or replace function leadscape_organisations(rights text[]) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select o.id from accounts_organisation o
  where (select leadscape_everywhere(rights))
     or (o.kind, o.key) in (select h.kind, h.key from leadscape_holds(rights) h)
     or (o.kind = 'authority' and o.key = any ((select leadscape_authorities(rights))::text[]))
     -- What leadscape_covered_schools says of all, asked of each: few schools are organisations.
     or (o.kind = 'school' and (o.key = any ((select leadscape_schools(rights))::text[]) or exists (
          select 1 from register_school s
          where s.urn = o.key and s.authority_id = any ((select leadscape_authorities(rights))::text[]))))
$$;

create or replace function leadscape_administered_users() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select a.user_id from accounts_access a
  where a.organisation_id in (select leadscape_organisations(array['administrator']))
$$;
