-- How often a key, a user or a place has asked since the present span of time began, this time included. Subjects are
-- hashes. Spans that are over are cleared away by whoever begins a new one.
create or replace function leadscape_count_asked(who text, seconds integer) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  counted integer;
begin
  insert into accounts_ratecount as c (subject, began, asked)
  values (who, to_timestamp(floor(extract(epoch from clock_timestamp()) / seconds) * seconds), 1)
  on conflict (subject, began) do update set asked = c.asked + 1
  returning c.asked into counted;
  if counted = 1 then
    delete from accounts_ratecount where (subject, began) in (
      select subject, began from accounts_ratecount where began < clock_timestamp() - make_interval(secs => greatest(3600, 2 * seconds))
      limit 1000 for update skip locked);
  end if;
  return counted;
end
$$;
