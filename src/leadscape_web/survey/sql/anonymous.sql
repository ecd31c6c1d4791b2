-- Role-holdings for research: no name, no school, dates by year. The key is a hash, so that rows of one person meet
-- without saying who.

create or replace view survey_anonymousholding with (security_barrier = true) as
select md5(h.id::text || h.key) as holding, md5(h.leader_id::text || l.key) as leader, h.wave_id, h.role, h.origin,
       h.authority_id, l.region, l.phase,
       extract(year from h.started_on)::int as started_year, extract(year from h.ended_on)::int as ended_year,
       h.routes
from survey_roleholding h join survey_leader l on l.id = h.leader_id
where h.withdrawn_at is null
  and ((select leadscape_everywhere(array['researcher']))
    or h.authority_id = any ((select leadscape_authorities(array['researcher']))::text[]));
