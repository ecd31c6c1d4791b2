-- Into the queue: what is over in a moment into one of its own, so that no long work holds it up. What says that it is
-- patient lets everything else go first.
create or replace function leadscape_queue_job(job jobs_job) returns void
    language sql volatile security invoker set search_path = public, pg_temp as
$$
    select procrastinate_defer_jobs_v1(array[row(
        case when job.brief then 'leadscape.brief' else 'leadscape' end, 'leadscape.perform',
        case when job.given ? 'patient' then -10 else 0 end, null, null, jsonb_build_object('job', job.id), null
    )::procrastinate_job_to_defer_v1])
$$;

-- A job that is asked for goes into the queue in the same transaction. The plain role cannot write the queue itself:
-- it can only ask, in its own name, for a kind of job, and the worker knows the kinds.
create or replace function leadscape_guard_queue() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as
$$
begin
    perform leadscape_queue_job(new);
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

-- What nobody has begun is over as soon as it is cancelled; what runs is told to stop, and says itself when it has.
create or replace function leadscape_guard_cancelling() returns trigger
    language plpgsql set search_path = public, pg_temp as
$$
begin
    if old.state = 'waiting' then
        new.state := 'cancelled';
        new.ended_at := clock_timestamp();
    end if;
    return new;
end
$$;

drop trigger if exists leadscape_cancelling on jobs_job;
create trigger leadscape_cancelling before update on jobs_job for each row
    when (old.cancel_asked_at is null and new.cancel_asked_at is not null)
    execute function leadscape_guard_cancelling();

-- By which the history tells what a job changed from what somebody changed by hand.
create index if not exists jobs_job_as_text on jobs_job ((id::text));
