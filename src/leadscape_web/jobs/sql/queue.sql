-- A job that is asked for goes into the queue in the same transaction. The plain role cannot write the queue itself:
-- it can only ask, in its own name, for a kind of job, and the worker knows the kinds. What says that it is patient lets
-- everything else go first.
create or replace function leadscape_guard_queue() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as
$$
begin
    perform procrastinate_defer_jobs_v1(array[row(
        'leadscape', 'leadscape.perform', case when new.given ? 'patient' then -10 else 0 end, null, null,
        jsonb_build_object('job', new.id), null
    )::procrastinate_job_to_defer_v1]);
    return null;
end
$$;

-- When it was asked for is when it was; how far it is is the worker's to say.
create or replace function leadscape_guard_asking() returns trigger
    language plpgsql set search_path = public, pg_temp as
$$
begin
    new.asked_at := clock_timestamp();
    new.step := '';
    new.steps := null;
    new.steps_done := null;
    new.started_at := null;
    new.ended_at := null;
    new.cancel_asked_at := null;
    return new;
end
$$;

drop trigger if exists leadscape_asking on jobs_job;
create trigger leadscape_asking before insert on jobs_job for each row execute function leadscape_guard_asking();

drop trigger if exists leadscape_queue on jobs_job;
create trigger leadscape_queue after insert on jobs_job for each row execute function leadscape_guard_queue();

-- By which the history tells what a job changed from what somebody changed by hand.
create index if not exists jobs_job_as_text on jobs_job ((id::text));
