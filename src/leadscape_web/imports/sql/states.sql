-- Which state of an import follows which, whoever writes it. The same list stands in imports/permissions.py; a test keeps
-- the two equal.
create or replace function leadscape_guard_import() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.state is distinct from new.state and (old.state, new.state) not in (
    ('checking', 'checked'), ('checking', 'refused'), ('checking', 'withdrawn'),
    ('checked', 'checking'), ('checked', 'storing'), ('checked', 'withdrawn'),
    ('storing', 'stored'), ('storing', 'checking'), ('storing', 'withdrawn'),
    ('stored', 'undoing'), ('undoing', 'undone'), ('undoing', 'stored')
  ) then
    raise exception 'an import that is % cannot become %', old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;

drop trigger if exists leadscape_import_state on imports_import;
create trigger leadscape_import_state before update on imports_import
  for each row execute function leadscape_guard_import();

-- How the job of an import stands, for everybody who may see the import; jobs are otherwise their askers'.
create or replace function leadscape_import_job(import uuid)
  returns table (job uuid, state text, step text, problem jsonb)
  language sql stable security definer set search_path = public, pg_temp as $$
  select j.id, j.state, j.step, j.problem from imports_import i join jobs_job j on j.id = i.job_id
  where i.id = import and leadscape_everywhere(array['editor'])
$$;
