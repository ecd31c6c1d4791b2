-- Role-holdings for research: no name, no school, and nothing by which one person could be told from fewer than six.
--
-- The rows of one leader share an id, so that what they say together counts, not each row by itself: the place of a
-- leader is told as closely as at least six leaders allow who hold the same roles (all of them, each as often) in the
-- same phase: by authority; else, among those whose authority is withheld, by region, if the six are of two authorities
-- or more; else not at all, and then not the phase either. How many leaders an authority or region has is published,
-- so that those told are also those not told: where one to five were left over, the smallest group told there is
-- withheld with them. Years are told where six leaders share all of their roles with all of their years at the place
-- that is told.
--
-- Where fewer than six of those whose place is withheld hold the same roles, no id is told, and nothing joins their
-- rows; years are then told where six of them share role and years. A role that fewer than six leaders of the wave hold
-- is withheld.
--
-- Of a wave that publishes no count of people at all, no row is told: how many there are would be the first count.
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
    and not exists (select 1 from survey_wave w
                    where w.id = h.wave_id and w.provenance -> 'parameters' ->> 'every_count_hidden' = 'true')
    and ((select leadscape_everywhere(array['researcher']))
      or (select array_length(leadscape_authorities(array['researcher']), 1)) > 0)
), in_role as materialized (
  select wave, role from held group by 1, 2 having count(distinct leader_id) >= 6
), leader as materialized (
  select wave, leader_id, min(in_region) as in_region, min(in_phase) as in_phase,
         case when min(in_authority) = max(in_authority) then min(in_authority) else '' end as in_authority,
         string_agg(role, ' ' order by role) as roles,
         string_agg(concat_ws('/', role, coalesce(started_year, 0), coalesce(ended_year, 0)), ' '
                    order by role, started_year, ended_year) as years
  from held group by 1, 2
-- By authority: groups that are large enough; how many of the authority they leave over, those among them who are also
-- reported elsewhere; and without the smallest where these are one to five.
), of_authority as materialized (
  select wave, in_authority, count(distinct leader_id) as leaders from held where in_authority <> '' group by 1, 2
), authority_group as materialized (
  select g.*, sum(g.leaders) over place as told,
         row_number() over (partition by g.wave, g.in_authority order by g.leaders, g.in_phase, g.roles) as smallest
  from (select wave, in_authority, in_phase, roles, count(*) as leaders from leader
        where in_authority <> '' group by 1, 2, 3, 4 having count(*) >= 6) g
  window place as (partition by g.wave, g.in_authority)
), by_authority as materialized (
  select l.wave, l.leader_id
  from authority_group g join of_authority a using (wave, in_authority)
  join leader l using (wave, in_authority, in_phase, roles)
  where a.leaders - g.told not between 1 and 5 or g.smallest > 1
-- By region, the same of those who are left; of two authorities or more.
), withheld as materialized (
  select l.* from leader l left join by_authority a using (wave, leader_id) where a.leader_id is null
), of_region as materialized (
  select wave, in_region, count(*) as leaders from withheld where in_region <> '' group by 1, 2
), region_group as materialized (
  select g.*, sum(g.leaders) over place as told,
         row_number() over (partition by g.wave, g.in_region order by g.leaders, g.in_phase, g.roles) as smallest
  from (select wave, in_region, in_phase, roles, count(*) as leaders from withheld where in_region <> ''
        group by 1, 2, 3, 4 having count(*) >= 6 and count(distinct in_authority) >= 2) g
  window place as (partition by g.wave, g.in_region)
), by_region as materialized (
  select l.wave, l.leader_id
  from region_group g join of_region r using (wave, in_region) join withheld l using (wave, in_region, in_phase, roles)
  where r.leaders - g.told not between 1 and 5 or g.smallest > 1
), placed as materialized (
  select l.*, case when a.leader_id is not null then 'authority' when r.leader_id is not null then 'region'
                   else 'withheld' end as place
  from leader l left join by_authority a using (wave, leader_id) left join by_region r using (wave, leader_id)
), joined as materialized (
  select wave, roles from placed where place = 'withheld' group by 1, 2 having count(*) >= 6
), told as materialized (
  select h.id, h.leader_id, h.wave_id, h.origin, h.routes, h.wave, i.role, h.started_year, h.ended_year, p.place,
         case when p.place = 'authority' then h.authority_id end as authority_id,
         case when p.place <> 'withheld' then h.region end as region,
         case when p.place <> 'withheld' then h.phase end as phase,
         case when p.place = 'authority' then h.in_authority else '' end as at_authority,
         case when p.place <> 'withheld' then h.in_region else '' end as at_region,
         case when p.place <> 'withheld' then h.in_phase else '' end as at_phase,
         p.place <> 'withheld' or j.roles is not null as is_joined,
         case when p.place <> 'withheld' or j.roles is not null then p.years
              else concat_ws('/', h.role, coalesce(h.started_year, 0), coalesce(h.ended_year, 0)) end as years
  from held h join placed p using (wave, leader_id) left join joined j on j.wave = p.wave and j.roles = p.roles
  left join in_role i on i.wave = h.wave and i.role = h.role
)
select encode(substr(sha256(k.value || sha256(k.value || ('holding ' || t.id)::bytea)), 1, 16), 'hex') as holding,
       case when t.is_joined then encode(substr(sha256(k.value || sha256(k.value ||
         ('leader ' || t.leader_id || coalesce(t.wave_id::text, ''))::bytea)), 1, 16), 'hex') end as leader,
       t.wave_id, t.role, case when t.role is null then 'suppressed' else 'reported' end as role_status, t.origin,
       t.authority_id, t.region, t.phase, t.place,
       case when y.enough then t.started_year end as started_year,
       case when y.enough then t.ended_year end as ended_year,
       case when t.started_year is null and t.ended_year is null then 'unknown'
            when y.enough then 'reported' else 'suppressed' end as years_status,
       t.routes
from told t cross join secret k
left join (
  select wave, place, at_authority, at_region, at_phase, is_joined, years, true as enough from told
  group by 1, 2, 3, 4, 5, 6, 7 having count(distinct leader_id) >= 6
) y using (wave, place, at_authority, at_region, at_phase, is_joined, years)
where (select leadscape_everywhere(array['researcher']))
   or (t.place = 'authority' and t.authority_id = any ((select leadscape_authorities(array['researcher']))::text[]))
   or (t.place = 'region' and t.region in (
        select key from leadscape_holds(array['researcher']) where kind = 'region'));
