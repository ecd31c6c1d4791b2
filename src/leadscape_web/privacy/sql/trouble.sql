-- What the nightly erasing could not do, for editors of the nation: jobs of the service itself are shown to administrators
-- only, who do not see leaders. The latest job of each leader and of the whole, where that failed.
create or replace function leadscape_not_erased() returns table (person_id uuid, at timestamptz, what text, next text)
language sql stable security definer set search_path = public, pg_temp as $$
  select latest.person, latest.ended_at, latest.problem ->> 'what', latest.problem ->> 'next'
  from (
    select distinct on (j.kind, j.given ->> 'person') (j.given ->> 'person')::uuid as person, j.state, j.ended_at, j.problem
    from jobs_job j
    where j.asked_by_id is null and j.kind in ('privacy.retain', 'privacy.erase_due') and j.state in ('done', 'failed')
    order by j.kind, j.given ->> 'person', j.asked_at desc
  ) latest
  where latest.state = 'failed' and leadscape_everywhere(array['editor'])
    and not exists (select 1 from privacy_erasure e where e.person_id = latest.person)
  order by latest.ended_at desc
$$;
