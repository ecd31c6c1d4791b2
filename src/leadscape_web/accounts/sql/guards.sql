-- What no sequence of statements may bring about, whoever asks.

-- Nobody but its owner, or somebody proving to be it, changes what an account is signed in with; nobody switches
-- their own account on or off.
create or replace function leadscape_guard_user() returns trigger
language plpgsql as $$
begin
  if leadscape_user() is null then
    return new;  -- a load, or somebody who is signing in: row-level security has decided
  end if;
  if leadscape_user() = old.id then
    if new.is_active is distinct from old.is_active then
      raise exception 'leadscape: nobody switches their own account on or off' using errcode = '42501';
    end if;
  elsif (new.email, new.password, new.person_id) is distinct from (old.email, old.password, old.person_id)
      and not leadscape_signing_in() then
    raise exception 'leadscape: only its owner changes an address or a password' using errcode = '42501';
  end if;
  return new;
end
$$;

drop trigger if exists leadscape_guard on accounts_user;
create trigger leadscape_guard before update on accounts_user
for each row execute function leadscape_guard_user();

-- A right that has ended stays ended: whoever should have it again is given it again, by somebody who may.
create or replace function leadscape_guard_access() returns trigger
language plpgsql as $$
begin
  if old.ended_at is not null and new.ended_at is distinct from old.ended_at then
    raise exception 'leadscape: a right that has ended stays ended' using errcode = '42501';
  end if;
  return new;
end
$$;

drop trigger if exists leadscape_guard on accounts_access;
create trigger leadscape_guard before update on accounts_access
for each row execute function leadscape_guard_access();

-- Once somebody administers the nation, somebody always does. Two who remove each other wait for each other here; the
-- second then sees what the first did.
create or replace function leadscape_keep_an_administrator() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_table_name = 'accounts_access' then
    if not exists (select 1 from accounts_organisation where id = old.organisation_id and kind = 'nation') then
      return null;
    end if;
  elsif not exists (
      select 1 from accounts_access a join accounts_organisation o on o.id = a.organisation_id
      where a.user_id = old.id and a.ended_at is null and a."right" = 'administrator' and o.kind = 'nation') then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('leadscape national administrators', 0));
  if not exists (select 1 from leadscape_national_administrators()) then
    raise exception 'leadscape: the last administrator of the nation stays' using errcode = 'LS002';
  end if;
  return null;
end
$$;

drop trigger if exists leadscape_keep_an_administrator on accounts_access;
create trigger leadscape_keep_an_administrator after update on accounts_access for each row
when (old.ended_at is null and new.ended_at is not null and old."right" = 'administrator')
execute function leadscape_keep_an_administrator();

drop trigger if exists leadscape_keep_an_administrator on accounts_user;
create trigger leadscape_keep_an_administrator after update on accounts_user for each row
when (old.is_active and not new.is_active)
execute function leadscape_keep_an_administrator();

-- What somebody invited to ends with their right to invite: nobody who leaves can let others in, or themselves again
-- under another address.
create or replace function leadscape_guard_invitations() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  inviter uuid;
begin
  if tg_table_name = 'accounts_access' then
    inviter := old.user_id;
  else
    inviter := old.id;
  end if;
  update accounts_invitation i set withdrawn_at = now()
  where i.invited_by_id = inviter and i.accepted_at is null and i.withdrawn_at is null and i.expires_at > now()
    and not leadscape_may_invite(inviter, i.organisation_id);
  return null;
end
$$;

drop trigger if exists leadscape_guard_invitations on accounts_access;
create trigger leadscape_guard_invitations after update on accounts_access for each row
when (old.ended_at is null and new.ended_at is not null and old."right" = 'administrator')
execute function leadscape_guard_invitations();

drop trigger if exists leadscape_guard_invitations on accounts_user;
create trigger leadscape_guard_invitations after update on accounts_user for each row
when (old.is_active and not new.is_active)
execute function leadscape_guard_invitations();
