-- Everything that can be found and the texts that find it: kind, key, label, detail, because, named, weight, name
-- (whether the text is a name, whose words are searched).
-- A name comes before a former name, so that the one kept of two alike is the name. Weight, 0-1: open before closed, then the larger; it orders what is found equally well.

with school as (
  select s.urn, s.name, s.postcode,
         concat_ws(', ', s.town, case when starts_with(a.name, s.town) then null else a.name end) as detail,
         case when s.status = 'closed' then 0.0 else 0.5 end
           + 0.5 * least(1.0, ln(1 + coalesce(greatest(s.pupils, 0), 0)) / ln(3001)) as weight
  from register_school s left join register_authority a on a.code = s.authority_id
), trust as (
  select g.uid, g.group_id, g.companies_house_number, g.name,
         replace(g.group_type, '_', ' ') as detail,
         case when g.status = 'closed' then 0.0 else 0.5 end + 0.5 * least(1.0, count(m.id) / 50.0) as weight
  from register_group g
  left join register_membership m on m.group_id = g.uid and (m.left_on is null or m.left_on > current_date)
  group by g.uid
)
select 'school', urn, coalesce(name, urn), detail, 'name', name, weight, true from school where name is not null
union all
select 'school', s.urn, coalesce(s.name, s.urn), s.detail, 'former name', n.name, s.weight, true
from register_schoolname n join school s on s.urn = n.school_id
union all
select 'school', urn, coalesce(name, urn), detail, 'number', urn, weight, false from school
union all
select 'school', urn, coalesce(name, urn), detail, 'postcode', postcode, weight, false from school where postcode <> ''
union all
select 'trust', uid, name, detail, 'name', name, weight, true from trust
union all
select 'trust', t.uid, t.name, t.detail, 'number', number, t.weight, false
from trust t, lateral (values (t.uid), (t.group_id), (t.companies_house_number)) as known(number)
where number <> ''
union all
select 'authority', code, name, coalesce(region, ''), 'name', name, 1.0, true from register_authority
union all
select 'authority', code, name, coalesce(region, ''), 'number', code, 1.0, false from register_authority
order by 5 desc, 1, 2
