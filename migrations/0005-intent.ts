import type { MigrationInterface, QueryRunner } from 'typeorm';

// A plan is immutable and named by its content (P1); what becomes of it stands in plan_states.
export class Intent1764000000005 implements MigrationInterface {
  readonly name = 'Intent1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table plans (
  id uuid primary key default gen_random_uuid(),
  digest text not null,
  content text not null,                    -- canonical JSON; the digest is over exactly this text
  source jsonb not null,
  netbox text,
  branch_id integer,
  change_digest text,                       -- what gate and plugin compare
  findings jsonb not null,
  drift jsonb not null,
  policy_version integer not null references policy_versions (version),
  made_by text not null,
  made_at timestamptz not null default sluice_now(),
  constraint digest_names_content check (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
create index plans_by_branch on plans (netbox, branch_id, made_at);
create trigger plans_are_immutable before update or delete on plans for each row execute function refuse_change();
create trigger plans_are_not_truncated before truncate on plans for each statement execute function refuse_change();

create table plan_states (
  plan_id uuid primary key references plans (id),
  status text not null check (status in ('draft', 'refused', 'ready', 'superseded', 'expired', 'started', 'done', 'stuck', 'diverged')),
  version integer not null default 0,
  expires_at timestamptz not null,
  start_by timestamptz,                     -- the shorter expiry: set when the gate permits (P8)
  reason jsonb,
  changed_at timestamptz not null default sluice_now()
);

create function check_plan_state() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.status <> new.status and not (old.status, new.status) in (
    ('draft', 'ready'), ('draft', 'refused'), ('ready', 'superseded'), ('ready', 'expired'), ('ready', 'started'), ('refused', 'superseded'), ('refused', 'expired'),
    ('started', 'done'), ('started', 'stuck'), ('started', 'diverged'), ('stuck', 'done'), ('stuck', 'diverged')) then
    raise exception 'a plan does not go from % to %', old.status, new.status using errcode = 'SL002';
  end if;
  if new.status = 'started' and old.status = 'ready' and new.expires_at <= sluice_now() then
    raise exception 'plan % expired at %', new.plan_id, new.expires_at using errcode = 'SL008';
  end if;
  return new;
end $$;
create trigger plan_state_moves before update on plan_states for each row execute function check_plan_state();

create table gate_answers (
  id uuid primary key default gen_random_uuid(),
  netbox text not null,
  branch_id integer not null,
  action text not null check (action in ('merge', 'revert')),
  change_digest text not null,
  permitted boolean not null,
  plan_id uuid references plans (id),
  message text not null,
  at timestamptz not null default sluice_now(),
  constraint permitted_names_a_plan check (not permitted or plan_id is not null)
);
create index gate_answers_by_branch on gate_answers (netbox, branch_id, at);
create trigger gate_answers_are_append_only before update or delete on gate_answers for each row execute function refuse_change();

-- P33, P36: each signed call is good once.
create table used_nonces (
  nonce text primary key,
  at timestamptz not null default sluice_now()
);

-- Somebody asked for a plan: the queue carries this id, the answer comes back here. An Idempotency-Key makes it the same asking.
create table plan_requests (
  id uuid primary key default gen_random_uuid(),
  netbox text not null,
  branch_id integer not null,
  asked_by text not null,
  idempotency_key text,
  state text not null default 'asked' check (state in ('asked', 'planned', 'refused')),
  plan_id uuid references plans (id),
  refusal jsonb,
  asked_at timestamptz not null default sluice_now(),
  unique (asked_by, idempotency_key),
  constraint planned_names_a_plan check ((state = 'planned') = (plan_id is not null)),
  constraint refused_is_explained check ((state = 'refused') = (refusal is not null))
);
create index plan_requests_open on plan_requests (netbox, branch_id) where state = 'asked';

grant select on plans, plan_states, gate_answers, used_nonces, plan_requests to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant insert on plans to sluice_worker;
grant insert, update on plan_states to sluice_worker;
grant update on plan_states to sluice_api, sluice_scheduler;
grant insert on gate_answers, used_nonces to sluice_api;
grant insert on plan_requests to sluice_api, sluice_worker, sluice_scheduler;
grant update on plan_requests to sluice_worker;
grant delete on used_nonces to sluice_scheduler;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
