-- One event a changed row, in the transaction of the change. A change without a reason is refused.
-- Arguments of the trigger: audience; name of the key column; columns whose values are not kept (names of people,
-- secrets) though it is told that they changed; columns that may change without a reason; columns that are no change.

-- Times are written in one zone, whoever writes, so that a row of the history equals the row it was.
create or replace function leadscape_record() returns trigger
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  audience text := tg_argv[0];
  key text := tg_argv[1];
  left_out text[] := coalesce(string_to_array(nullif(tg_argv[2], ''), ','), '{}');
  unasked text[] := coalesce(string_to_array(nullif(tg_argv[3], ''), ','), '{}');
  quiet text[] := coalesce(string_to_array(nullif(tg_argv[4], ''), ','), '{}');
  reason text := btrim(coalesce(current_setting('leadscape.why', true), ''));
  who uuid := nullif(current_setting('leadscape.user', true), '')::uuid;
  asked text := coalesce(current_setting('leadscape.request', true), '');
  demanded boolean;
begin
  if tg_op = 'INSERT' then
    insert into audit_event
      (at, actor, request, action, table_name, record_id, person_id, before, after, changed, why, audience)
    select clock_timestamp(), who, asked, 'insert', tg_table_name, r ->> key, nullif(r ->> 'person_id', '')::uuid,
           null, r - left_out - quiet, '{}', reason, audience
    from (select to_jsonb(c) as r from changed c) rows;
    demanded := found and not unasked @> array['*'];
  elsif tg_op = 'DELETE' then
    insert into audit_event
      (at, actor, request, action, table_name, record_id, person_id, before, after, changed, why, audience)
    select clock_timestamp(), who, asked, 'delete', tg_table_name, r ->> key, nullif(r ->> 'person_id', '')::uuid,
           r - left_out - quiet, null, '{}', reason, audience
    from (select to_jsonb(f) as r from former f) rows;
    demanded := found and not unasked @> array['*'];
  else
    with pairs as (
      select n.r as new_row, o.r as old_row,
             (select array_agg(k order by k) from jsonb_object_keys(n.r) k
              where n.r -> k is distinct from o.r -> k and k <> all (quiet)) as changed
      from (select to_jsonb(c) as r from changed c) n
      join (select to_jsonb(f) as r from former f) o on o.r ->> key = n.r ->> key
      where o.r - quiet <> n.r - quiet
    ), kept as (
      insert into audit_event
        (at, actor, request, action, table_name, record_id, person_id, before, after, changed, why, audience)
      select clock_timestamp(), who, asked, 'update', tg_table_name, new_row ->> key,
             nullif(new_row ->> 'person_id', '')::uuid, old_row - left_out - quiet, new_row - left_out - quiet,
             pairs.changed, reason, audience
      from pairs
      returning audit_event.changed
    )
    select bool_or(not kept.changed <@ unasked) and not unasked @> array['*'] into demanded from kept;
  end if;
  if demanded and reason = '' then
    raise exception 'leadscape: a change of % needs a reason', tg_table_name using errcode = 'LS001';
  end if;
  return null;
end
$$;

-- What never changes: the key, and who a record is about. Otherwise a record could slip out of its own history.
create or replace function leadscape_keep() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  kept text;
begin
  foreach kept in array string_to_array(tg_argv[0], ',') loop
    if to_jsonb(new) -> kept is distinct from to_jsonb(old) -> kept then
      raise exception 'leadscape: % of % never changes', kept, tg_table_name using errcode = 'LS003';
    end if;
  end loop;
  return new;
end
$$;

-- Emptying a table at once would leave no event, so not even the owner does it by mistake.
create or replace function leadscape_refuse() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception 'leadscape: % has a history: no % without one', tg_table_name, lower(tg_op) using errcode = 'LS004';
end
$$;

drop trigger if exists leadscape_append_only on audit_event;
create trigger leadscape_append_only before update or delete or truncate on audit_event
for each statement execute function leadscape_refuse();
