-- One event a changed row, in the transaction of the change. A change without a reason is refused.
-- Arguments of the trigger: audience, name of the key column, columns that are not kept (names of people, secrets).

create or replace function leadscape_record() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
-- A table may have a column called key, who or reason: the names below mean the variables.
declare
  audience text := tg_argv[0];
  key text := tg_argv[1];
  left_out text[] := coalesce(string_to_array(nullif(tg_argv[2], ''), ','), '{}');
  reason text := coalesce(current_setting('leadscape.why', true), '');
  who uuid := nullif(current_setting('leadscape.user', true), '')::uuid;
  asked text := coalesce(current_setting('leadscape.request', true), '');
begin
  if tg_op = 'INSERT' then
    if reason = '' and exists (select 1 from changed) then
      raise exception 'leadscape: a change of % needs a reason', tg_table_name using errcode = 'LS001';
    end if;
    insert into audit_event (at, actor, request, action, table_name, record_id, person_id, before, after, why, audience)
    select clock_timestamp(), who, asked, 'insert', tg_table_name, r ->> key, nullif(r ->> 'person_id', '')::uuid,
           null, r - left_out, reason, audience
    from (select to_jsonb(c) as r from changed c) rows;
  elsif tg_op = 'DELETE' then
    if reason = '' and exists (select 1 from former) then
      raise exception 'leadscape: a change of % needs a reason', tg_table_name using errcode = 'LS001';
    end if;
    insert into audit_event (at, actor, request, action, table_name, record_id, person_id, before, after, why, audience)
    select clock_timestamp(), who, asked, 'delete', tg_table_name, r ->> key, nullif(r ->> 'person_id', '')::uuid,
           r - left_out, null, reason, audience
    from (select to_jsonb(f) as r from former f) rows;
  else
    if reason = '' and exists (select 1 from changed c join former f
        on to_jsonb(f) ->> key = to_jsonb(c) ->> key where to_jsonb(c) - left_out <> to_jsonb(f) - left_out) then
      raise exception 'leadscape: a change of % needs a reason', tg_table_name using errcode = 'LS001';
    end if;
    insert into audit_event (at, actor, request, action, table_name, record_id, person_id, before, after, why, audience)
    select clock_timestamp(), who, asked, 'update', tg_table_name, n.r ->> key,
           nullif(n.r ->> 'person_id', '')::uuid, o.r - left_out, n.r - left_out, reason, audience
    from (select to_jsonb(c) as r from changed c) n
    join (select to_jsonb(f) as r from former f) o on o.r ->> key = n.r ->> key
    where o.r - left_out <> n.r - left_out;
  end if;
  return null;
end
$$;
