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
-- Joined over values that are never null, so that the database can hash them.
with secret as materialized (
  select value from leadscape_secret where name = 'anonymous holdings'
), held as materialized (
  select h.id, h.leader_id, h.wave_id, h.role, h.origin, h.authority_id, l.region, l.phase, h.routes,
         coalesce(h.wave_id, '00000000-0000-0000-0000-000000000000') as wave,
         coalesce(h.authority_id, '') as in_authority, coalesce(l.region, '') as in_region,
         coalesce(l.phase, '') as in_phase,
         extract(year from h.started_on)::int as started_year, extract(year from h.ended_on)::int as ended_year
  from survey_roleholding h join survey_leader l on l.id = h.leader_id
  where h.withdrawn_at is null
    and ((select leadscape_everywhere(array['researcher']))
      or (select array_length(leadscape_authorities(array['researcher']), 1)) > 0)
), in_role as materialized (
  select wave, role from held group by 1, 2 having count(distinct leader_id) >= 6
), by_authority as materialized (
  select wave, leader_id from held left join (
    select wave, in_authority, in_phase, role, true as enough from held
    where in_authority <> '' group by 1, 2, 3, 4 having count(distinct leader_id) >= 6
  ) cells using (wave, in_authority, in_phase, role)
  group by 1, 2 having bool_and(enough is true)
), withheld as materialized (
  select held.* from held left join by_authority a using (wave, leader_id) where a.leader_id is null
), by_region as materialized (
  select wave, leader_id from withheld left join (
    select wave, in_region, in_phase, role, true as enough from withheld
    where in_region <> '' group by 1, 2, 3, 4
    having count(distinct leader_id) >= 6 and count(distinct in_authority) >= 2
  ) cells using (wave, in_region, in_phase, role)
  group by 1, 2 having bool_and(enough is true)
), told as materialized (
  select h.id, h.leader_id, h.wave_id, h.origin, h.routes, h.wave, i.role, h.started_year, h.ended_year,
         case when a.leader_id is not null then 'authority' when r.leader_id is not null then 'region'
              else 'withheld' end as place,
         case when a.leader_id is not null then h.authority_id end as authority_id,
         case when a.leader_id is not null or r.leader_id is not null then h.region end as region,
         case when a.leader_id is not null or r.leader_id is not null then h.phase end as phase,
         coalesce(i.role, '') as in_role, coalesce(h.started_year, 0) as started, coalesce(h.ended_year, 0) as ended,
         case when a.leader_id is not null then h.in_authority else '' end as at_authority,
         case when a.leader_id is not null or r.leader_id is not null then h.in_region else '' end as at_region,
         case when a.leader_id is not null or r.leader_id is not null then h.in_phase else '' end as at_phase
  from held h left join by_authority a using (wave, leader_id) left join by_region r using (wave, leader_id)
  left join in_role i on i.wave = h.wave and i.role = h.role
)
select encode(substr(sha256(k.value || sha256(k.value || ('holding ' || t.id)::bytea)), 1, 16), 'hex') as holding,
       encode(substr(sha256(k.value || sha256(k.value ||
         ('leader ' || t.leader_id || coalesce(t.wave_id::text, ''))::bytea)), 1, 16), 'hex') as leader,
       t.wave_id, t.role, case when t.role is null then 'suppressed' else 'reported' end as role_status, t.origin,
       t.authority_id, t.region, t.phase, t.place,
       case when y.enough then t.started_year end as started_year,
       case when y.enough then t.ended_year end as ended_year,
       case when t.started_year is null and t.ended_year is null then 'unknown'
            when y.enough then 'reported' else 'suppressed' end as years_status,
       t.routes
from told t cross join secret k
left join (
  select wave, place, at_authority, at_region, at_phase, in_role, started, ended, true as enough from told
  where in_role <> '' group by 1, 2, 3, 4, 5, 6, 7, 8 having count(distinct leader_id) >= 6
) y using (wave, place, at_authority, at_region, at_phase, in_role, started, ended)
where (select leadscape_everywhere(array['researcher']))
   or (t.place = 'authority' and t.authority_id = any ((select leadscape_authorities(array['researcher']))::text[]))
   or (t.place = 'region' and t.region in (
        select key from leadscape_holds(array['researcher']) where kind = 'region'));
