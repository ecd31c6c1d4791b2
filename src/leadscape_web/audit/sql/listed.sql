-- Every event, for administrators of the nation. Administering shows no leaders: what a record about a person was
-- before and after is told only to those who may see the person. {seen} is the condition of the table of names.
--
-- Not a security barrier, on purpose: the view shows all rows or none, decided once before the first row is read, and
-- what is hidden of a row is hidden by its value, which is all that a condition of the reader gets. A barrier would keep
-- the newest 50 events from being read by their index.

drop view if exists audit_listed;
create view audit_listed as
select id, at, actor, request, action, table_name, record_id, case when shown then before end as before,
       case when shown then after end as after, changed, why, audience, shown
from (
  select e.*, coalesce(e.audience <> 'person' or ({seen}), false) as shown
  from audit_event e
  where (select leadscape_everywhere(array['administrator']))
) events;
