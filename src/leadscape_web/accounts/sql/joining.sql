-- What the holder of a link may do, and nothing else. A link is an invitation, the first administrator's, or an API key;
-- the service holds its sha256 only, and says which one is being used in ``leadscape.link``.

create or replace function leadscape_link() returns text
language sql stable parallel safe as $$
  select nullif(current_setting('leadscape.link', true), '')
$$;

-- Whether whoever made an invitation administers the organisation now; nobody made the first administrator's. Of one
-- user and one organisation what leadscape_organisations says of whoever acts.
create or replace function leadscape_may_invite(inviter uuid, organisation uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select inviter is null or exists (
    select 1
    from accounts_access a
    join accounts_user u on u.id = a.user_id and u.is_active
    join accounts_organisation held on held.id = a.organisation_id
    join accounts_organisation o on o.id = organisation
    left join register_school s on o.kind = 'school' and s.urn = o.key
    left join register_authority y on y.code = case o.kind when 'authority' then o.key else s.authority_id end
    where a.user_id = inviter and a.ended_at is null and a."right" = 'administrator' and (
      held.kind = 'nation' or held.id = o.id
      or (held.kind = 'authority' and held.key = s.authority_id)
      or (held.kind = 'region' and held.key = y.region)
      or (held.kind = 'trust' and o.kind = 'school' and exists (
        select 1 from register_membership m
        where m.group_id = held.key and m.school_id = o.key and (m.left_on is null or m.left_on > current_date)))))
$$;

-- The open invitation of the link, if there is one. An empty address: whoever holds the link (the first administrator).
create or replace function leadscape_invitation() returns setof accounts_invitation
language sql stable security definer set search_path = public, pg_temp as $$
  select i.* from accounts_invitation i
  where i.token_hash = leadscape_link() and i.accepted_at is null and i.withdrawn_at is null and i.expires_at > now()
    and leadscape_may_invite(i.invited_by_id, i.organisation_id)
$$;

create or replace function leadscape_invited_address() returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select nullif(email, '') from leadscape_invitation()
$$;

create or replace function leadscape_invited_as(address text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select 1 from leadscape_invitation() i where i.email = '' or i.email = address)
$$;

-- Whether the link gives this right to the one who acts. Nobody answers an invitation that they made.
create or replace function leadscape_link_gives(joiner uuid, organisation uuid, asked text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select joiner = leadscape_user() and exists (
    select 1 from leadscape_invitation() i join accounts_user u on u.id = joiner
    where i.organisation_id = organisation and i.invited_by_id is distinct from joiner
      and (i.email = '' or (i.email = u.email and i."right" = asked)))
$$;

-- Whether an administrator's area covers a body, be it already an organisation or not.
create or replace function leadscape_covers(body text, its_key text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select leadscape_everywhere(array['administrator'])
    or exists (select 1 from leadscape_holds(array['administrator']) h where h.kind = body and h.key = its_key)
    or (body = 'authority' and its_key = any (leadscape_authorities(array['administrator'])))
    or (body = 'school' and leadscape_covers_school(array['administrator'], its_key))
$$;

-- Users who act in the administrator's area and nowhere else: only they can be deactivated, or lose a second factor.
create or replace function leadscape_governed_users() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  with mine as materialized (select leadscape_organisations(array['administrator']) as id)
  select a.user_id from accounts_access a
  group by a.user_id
  having bool_or(a.organisation_id in (select id from mine))
     and not bool_or(a.ended_at is null and a.organisation_id not in (select id from mine))
$$;

-- Users who administer the nation now.
create or replace function leadscape_national_administrators() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select a.user_id from accounts_access a
  join accounts_organisation o on o.id = a.organisation_id
  join accounts_user u on u.id = a.user_id
  where o.kind = 'nation' and a."right" = 'administrator' and a.ended_at is null and u.is_active
$$;
