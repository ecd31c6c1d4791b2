-- Who did something, in words that name nobody: organisations on whose behalf a user could act at that moment.

create or replace function leadscape_acted_for(actor uuid, moment timestamptz) returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select string_agg(label, ' and ' order by label) from (
    select distinct o.label
    from accounts_access a join accounts_organisation o on o.id = a.organisation_id
    where a.user_id = actor and a.granted_at <= moment and (a.ended_at is null or a.ended_at > moment)
  ) held
$$;
