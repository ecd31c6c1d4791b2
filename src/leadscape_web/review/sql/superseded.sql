-- A decision, and an answer of a school, that was superseded stays so: whoever wants it back decides anew.

create or replace function leadscape_guard_superseded() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if old.superseded_at is not null and new.superseded_at is distinct from old.superseded_at then
    raise exception 'leadscape: what was superseded stays superseded' using errcode = '42501';
  end if;
  return new;
end
$$;

drop trigger if exists leadscape_guard on review_decision;
create trigger leadscape_guard before update on review_decision
for each row execute function leadscape_guard_superseded();
drop trigger if exists leadscape_guard on review_answer;
create trigger leadscape_guard before update on review_answer
for each row execute function leadscape_guard_superseded();
