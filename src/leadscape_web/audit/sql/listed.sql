-- Every event, for administrators of the nation. Administering shows no leaders: what a record about a person was
-- before and after is told only to those who may see the person. {seen} is the condition of the table of names.

drop view if exists audit_listed;
create view audit_listed with (security_barrier = true) as
select id, at, actor, request, action, table_name, record_id, case when shown then before end as before,
       case when shown then after end as after, changed, why, audience, shown
from (
  select e.*, coalesce(e.audience <> 'person' or ({seen}), false) as shown
  from audit_event e
  where (select leadscape_everywhere(array['administrator']))
) events;
