-- Role-holdings for research: no name, no school, and nothing by which one person could be told from fewer than six.
--
-- Where a leader works is told as closely as at least six leaders allow who hold the same role in the same phase:
-- by authority; else, among those whose authority is withheld, by region, if the six are of two authorities or more;
-- else not at all, and then not the phase either. The place of a leader with several roles is told only as closely as
-- the rarest of them allows, since their rows share an id. Years are told where six rows of a role share them at the
-- place that is told. A role that fewer than six leaders of the wave hold is withheld.
--
-- Ids are hashes under a key that only the owner role reads, others in every wave: whoever knows the ids of the
-- service cannot find anybody here, and nobody is followed from one wave to the next.

create table if not exists leadscape_secret (name text primary key, value bytea not null);
insert into leadscape_secret (name, value)
values ('anonymous holdings', sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea))
on conflict do nothing;

drop view if exists survey_anonymousholding;
create view survey_anonymousholding with (security_barrier = true) as
with secret as materialized (
  select value from leadscape_secret where name = 'anonymous holdings'
), held as materialized (
  select h.id, h.leader_id, h.wave_id, h.role, h.origin, h.authority_id, l.region, l.phase, h.routes,
         extract(year from h.started_on)::int as started_year, extract(year from h.ended_on)::int as ended_year
  from survey_roleholding h join survey_leader l on l.id = h.leader_id
  where h.withdrawn_at is null
    and ((select leadscape_everywhere(array['researcher']))
      or (select array_length(leadscape_authorities(array['researcher']), 1)) > 0)
), in_role as (
  select wave_id, role from held group by 1, 2 having count(distinct leader_id) >= 6
), in_authority as (
  select wave_id, authority_id, phase, role from held
  where authority_id is not null group by 1, 2, 3, 4 having count(distinct leader_id) >= 6
), by_authority as (
  select h.wave_id, h.leader_id from held h
  left join in_authority a on a.wave_id is not distinct from h.wave_id and a.authority_id = h.authority_id
    and a.phase is not distinct from h.phase and a.role = h.role
  group by 1, 2 having bool_and(a.role is not null)
), withheld as (
  select h.* from held h where not exists (
    select 1 from by_authority b where b.wave_id is not distinct from h.wave_id and b.leader_id = h.leader_id)
), in_region as (
  select wave_id, region, phase, role from withheld where region is not null
  group by 1, 2, 3, 4 having count(distinct leader_id) >= 6 and count(distinct authority_id) >= 2
), by_region as (
  select h.wave_id, h.leader_id from withheld h
  left join in_region r on r.wave_id is not distinct from h.wave_id and r.region = h.region
    and r.phase is not distinct from h.phase and r.role = h.role
  group by 1, 2 having bool_and(r.role is not null)
), placed as (
  select h.*, case when a.leader_id is not null then 'authority' when r.leader_id is not null then 'region' else 'withheld'
         end as place
  from held h
  left join by_authority a on a.wave_id is not distinct from h.wave_id and a.leader_id = h.leader_id
  left join by_region r on r.wave_id is not distinct from h.wave_id and r.leader_id = h.leader_id
), told as (
  select p.id, p.leader_id, p.wave_id, p.place, p.origin, p.routes, i.role, p.started_year, p.ended_year,
         case when p.place = 'authority' then p.authority_id end as authority_id,
         case when p.place <> 'withheld' then p.region end as region,
         case when p.place <> 'withheld' then p.phase end as phase
  from placed p left join in_role i on i.wave_id is not distinct from p.wave_id and i.role = p.role
), in_years as (
  select wave_id, place, authority_id, region, phase, role, started_year, ended_year
  from told where role is not null group by 1, 2, 3, 4, 5, 6, 7, 8 having count(distinct leader_id) >= 6
)
select encode(substr(sha256(k.value || sha256(k.value || ('holding ' || t.id)::bytea)), 1, 16), 'hex') as holding,
       encode(substr(sha256(k.value || sha256(k.value ||
         ('leader ' || t.leader_id || coalesce(t.wave_id::text, ''))::bytea)), 1, 16), 'hex') as leader,
       t.wave_id, t.role, case when t.role is null then 'suppressed' else 'reported' end as role_status, t.origin,
       t.authority_id, t.region, t.phase, t.place,
       y.started_year, y.ended_year,
       case when y.role is null and (t.started_year is not null or t.ended_year is not null) then 'suppressed'
            when y.role is null or (y.started_year is null and y.ended_year is null) then 'unknown'
            else 'reported' end as years_status,
       t.routes
from told t cross join secret k
left join in_years y on y.wave_id is not distinct from t.wave_id and y.place = t.place
  and y.authority_id is not distinct from t.authority_id and y.region is not distinct from t.region
  and y.phase is not distinct from t.phase and y.role = t.role
  and y.started_year is not distinct from t.started_year and y.ended_year is not distinct from t.ended_year
where (select leadscape_everywhere(array['researcher']))
   or (t.place = 'authority' and t.authority_id = any ((select leadscape_authorities(array['researcher']))::text[]))
   or (t.place = 'region' and t.region in (
        select key from leadscape_holds(array['researcher']) where kind = 'region'));
