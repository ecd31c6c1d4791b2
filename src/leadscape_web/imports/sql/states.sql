-- Which state of an import follows which, whoever writes it, and which of them only a job may bring about. The same lists
-- stand in imports/permissions.py; a test keeps them equal.
create or replace function leadscape_guard_import() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  owner boolean := pg_has_role(current_user, (select relowner from pg_class where oid = 'imports_import'::regclass), 'usage');
begin
  if old.state is distinct from new.state and (old.state, new.state) not in (
    ('checking', 'withdrawn'), ('checked', 'checking'), ('checked', 'storing'), ('checked', 'withdrawn'),
    ('storing', 'checking'), ('storing', 'withdrawn'), ('stored', 'undoing'), ('undoing', 'stored')
  ) and not (owner and (old.state, new.state) in (
    ('checking', 'checked'), ('checking', 'refused'), ('storing', 'stored'), ('undoing', 'undone')
  )) then
    raise exception 'an import that is % cannot become %', old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;

drop trigger if exists leadscape_import_state on imports_import;
create trigger leadscape_import_state before update on imports_import
  for each row execute function leadscape_guard_import();

-- A file may be emptied once its import was given up, and never be exchanged for another.
create or replace function leadscape_guard_upload() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if pg_has_role(current_user, (select relowner from pg_class where oid = 'imports_upload'::regclass), 'usage') then
    return new;
  end if;
  if new.content <> ''::bytea or new.emptied_at is null
     or not exists (select 1 from imports_import i where i.id = new.belongs_to_id and i.state = 'withdrawn') then
    raise exception 'a file of an import can only be emptied, once the import was given up' using errcode = 'check_violation';
  end if;
  return new;
end $$;

drop trigger if exists leadscape_upload_content on imports_upload;
create trigger leadscape_upload_content before update on imports_upload
  for each row execute function leadscape_guard_upload();

-- What was quoted of a file goes with it: in a row that is shifted, a value may be anybody's name. Of files that cannot be
-- used it stays for a while, to put them right by.
create or replace function leadscape_guard_quoted() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update imports_problem p set value = null
    where p.upload_id = new.id and p.value is not null
      and not exists (select 1 from imports_import i where i.id = new.belongs_to_id and i.state = 'refused');
  return null;
end $$;

drop trigger if exists leadscape_upload_quoted on imports_upload;
create trigger leadscape_upload_quoted after update on imports_upload
  for each row when (old.emptied_at is null and new.emptied_at is not null)
  execute function leadscape_guard_quoted();

-- How the job of an import stands, for everybody who may see the import; jobs are otherwise their askers'.
create or replace function leadscape_import_job(import uuid)
  returns table (job uuid, state text, step text, problem jsonb)
  language sql stable security definer set search_path = public, pg_temp as $$
  select j.id, j.state, j.step, j.problem from imports_import i join jobs_job j on j.id = i.job_id
  where i.id = import and leadscape_everywhere(array['editor'])
$$;
