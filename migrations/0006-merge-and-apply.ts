import type { MigrationInterface, QueryRunner } from 'typeorm';

// A merge is told many times and started once (P33); a job is its updates, step by step.
export class MergeAndApply1764000000006 implements MigrationInterface {
  readonly name = 'MergeAndApply1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table hook_deliveries (
  netbox text not null,
  signature text not null,
  event text not null,
  branch_id integer,
  at timestamptz not null default sluice_now(),
  primary key (netbox, signature)
);

create table merges (
  id uuid primary key default gen_random_uuid(),
  netbox text not null,
  branch_id integer not null,
  branch_name text not null,
  kind text not null check (kind in ('merged', 'reverted')),
  occurred_at timestamptz not null,
  person jsonb not null,
  state text not null default 'told' check (state in ('told', 'started', 'nothing', 'refused')),
  plan_id uuid references plans (id),
  detail jsonb,
  version integer not null default 0,
  told_at timestamptz not null default sluice_now(),
  constraint started_has_plan check (state <> 'started' or plan_id is not null),
  unique (netbox, branch_id, kind, occurred_at)
);

create table apply_jobs (
  id uuid primary key default gen_random_uuid(),
  plan_id uuid not null unique references plans (id),
  merge_id uuid references merges (id),
  state text not null default 'queued' check (state in ('queued', 'running', 'held', 'partial', 'done', 'refused', 'diverged', 'stuck')),
  version integer not null default 0,
  fence integer not null default 0,
  worker text,
  lease_until timestamptz,
  lines integer not null default 0,         -- of its log: the next batch begins after it
  refusal jsonb,
  made_at timestamptz not null default sluice_now(),
  ended_at timestamptz,
  constraint running_has_a_worker check ((state = 'running') = (worker is not null and lease_until is not null)),
  constraint ended_has_its_time check ((state in ('done', 'refused', 'diverged', 'partial', 'stuck')) = (ended_at is not null)),
  constraint no_is_explained check (state not in ('refused', 'diverged', 'partial', 'stuck', 'held') or refusal is not null)
);

create function check_job_state() returns trigger language plpgsql as $$
begin
  if old.state <> new.state and not (old.state, new.state) in (
    ('queued', 'running'), ('queued', 'held'), ('queued', 'refused'), ('running', 'queued'), ('running', 'held'), ('running', 'partial'), ('running', 'done'),
    ('running', 'refused'), ('running', 'diverged'), ('running', 'stuck'), ('held', 'queued'), ('held', 'refused'), ('stuck', 'queued'), ('partial', 'queued'), ('refused', 'queued')) then
    raise exception 'a job does not go from % to %', old.state, new.state using errcode = 'SL002';
  end if;
  if new.fence < old.fence then raise exception 'a fence never goes back' using errcode = 'SL028'; end if;
  return new;
end $$;
create trigger job_state_moves before update on apply_jobs for each row execute function check_job_state();

create table apply_steps (
  job_id uuid not null references apply_jobs (id),
  ordinal integer not null,
  action integer not null,
  guest_id uuid not null,
  kind text not null,
  title text not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'refused', 'diverged', 'stuck', 'skipped')),
  detail jsonb,
  version integer not null default 0,
  changed_at timestamptz not null default sluice_now(),
  primary key (job_id, ordinal)
);

-- The log is rows; SSE streams the rows (B14).
create table apply_lines (
  job_id uuid not null references apply_jobs (id),
  seq integer not null check (seq > 0),
  at timestamptz not null default sluice_now(),
  step integer,
  level text not null check (level in ('info', 'warning', 'error')),
  text text not null,
  primary key (job_id, seq)
);

-- Followers of a job are told of every move, whoever makes it; lines tell their own.
create function announce_job() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_notify('apply_lines', case tg_table_name when 'apply_jobs' then to_jsonb(new)->>'id' else to_jsonb(new)->>'job_id' end);
  return null;
end $$;
create trigger apply_jobs_are_announced after update of state on apply_jobs for each row when (old.state is distinct from new.state) execute function announce_job();
create trigger apply_steps_are_announced after update of state on apply_steps for each row when (old.state is distinct from new.state) execute function announce_job();

grant select on hook_deliveries, merges, apply_jobs, apply_steps, apply_lines to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant insert on hook_deliveries to sluice_api;
grant insert, update on merges, apply_jobs, apply_steps to sluice_worker;
grant insert on apply_lines to sluice_worker;
grant update on apply_jobs to sluice_api, sluice_scheduler;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
