-- Somebody who stays out comes back, because they changed their mind or were taken out by mistake: by whoever answers for
-- them, with a reason that the history keeps. What staying out took away comes back with them: roles that left at that
-- moment, unless their study was run again since; lines of returns; and nobody looks for them in new files any more.
-- Links, notices and a consent that ended do not: they are given anew. Who was erased does not come back.
create or replace function leadscape_let_in(person uuid) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  left_at timestamptz;
  open_row record;
begin
  if session_user <> current_user and not leadscape_answers_for(person) then
    return false;
  end if;
  -- First wait for the job that keeps them out or erases them, then look: a statement sees only what was there as it began.
  perform from privacy_exclusion e where e.person_id = person for update;
  delete from privacy_exclusion e
    where e.person_id = person and e.kind <> 'erasure'
      and not exists (select 1 from privacy_erasure g where g.person_id = person)
    returning e.recorded_at into left_at;
  if left_at is null then
    return false;
  end if;
  delete from privacy_objectionkey k where k.person_id = person;
  delete from privacy_withdrawnline l where l.person_id = person;
  -- Whether rows of files are about them is no question any more.
  for open_row in
    delete from privacy_doubtfulrow d
      where d.may_be = person and d.answer = '' and coalesce(d.acts -> -1 ->> 'answer', '') = ''
      returning d.file_id, d.row
  loop
    update studies_studyinput i set doubtful = array_remove(i.doubtful, open_row.row)
      where i.id = open_row.file_id and not exists (
        select 1 from privacy_doubtfulrow d where d.file_id = i.id and d.row = open_row.row and d.answer = '');
  end loop;
  update survey_roleholding h set withdrawn_at = null, version = version + 1
    where h.person_id = person and h.withdrawn_at = left_at
      and not exists (select 1 from survey_wave w where w.id = h.wave_id and w.superseded_at is not null);
  update survey_support s set withdrawn_at = null, version = version + 1
    where s.person_id = person and s.withdrawn_at = left_at
      and exists (select 1 from survey_roleholding h where h.id = s.holding_id and h.withdrawn_at is null);
  return true;
end
$$;
