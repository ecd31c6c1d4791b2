-- The two roles and the database of leadscape. Run once, as a superuser or as the role that a provider gives instead:
--
--   LEADSCAPE_OWNER_PASSWORD=… LEADSCAPE_SERVICE_PASSWORD=… psql --no-psqlrc -d postgres -f deploy/roles.sql
--
-- PostgreSQL 15 or later. The owner has the tables, migrates and loads. The service is a plain role, so that row-level
-- security holds for everything that serves. Safe to repeat: passwords and limits are set anew, data stay.
\set ON_ERROR_STOP on
\getenv owner_password LEADSCAPE_OWNER_PASSWORD
\getenv service_password LEADSCAPE_SERVICE_PASSWORD

select 'create role leadscape_owner' where to_regrole('leadscape_owner') is null \gexec
select 'create role leadscape_service' where to_regrole('leadscape_service') is null \gexec
select format('alter role leadscape_owner login nocreaterole nocreatedb password %L', :'owner_password') \gexec
select format('alter role leadscape_service login nocreaterole nocreatedb noinherit password %L', :'service_password') \gexec

-- What holds for every connection of the plain role; the reasons are in src/leadscape_web/config/roles.py.
alter role leadscape_service set statement_timeout = '20s';
alter role leadscape_service set lock_timeout = '5s';
alter role leadscape_service set idle_in_transaction_session_timeout = '60s';
alter role leadscape_service set jit = 'off';

-- An error repeats values of the row, its statement all of them: names and e-mail addresses. The server's log must not;
-- the service logs the kind of every fault. Only a superuser may say so; elsewhere set it for the whole server.
select format('alter role %I set log_min_messages = log', role)
from unnest(array['leadscape_owner', 'leadscape_service']) role
where current_setting('is_superuser') = 'on' \gexec

-- A provider's role must belong to the owner to give it a database.
select format('grant leadscape_owner to %I', current_user) where current_setting('is_superuser') <> 'on' \gexec
select 'create database leadscape owner leadscape_owner encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'leadscape') \gexec
revoke all on database leadscape from public;
grant connect on database leadscape to leadscape_service;
