import type { MigrationInterface, QueryRunner } from 'typeorm';

// One outgoing write: intent row before, receipt after (P25). Fence (P28), freeze (P31) and "one destroy call" (P27) are kept here.
export class Effects1764000000007 implements MigrationInterface {
  readonly name = 'Effects1764000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table effects (
  id uuid primary key default gen_random_uuid(),
  holder_kind text not null check (holder_kind in ('job', 'request')),
  holder_id uuid not null,
  step text not null,
  attempt integer not null default 1 check (attempt > 0),
  kind text not null check (kind in ('create', 'hand-over', 'configure', 'start', 'shutdown', 'stop', 'lend-user', 'lend-token', 'take-back-user', 'take-back-token', 'destroy', 'netbox-patch', 'netbox-create')),
  cluster text not null references clusters (name),
  node text,
  vmid integer,
  guest_id uuid not null,
  request jsonb not null,                   -- what is sent, without secrets (P40)
  evidence jsonb,                           -- what the recheck saw (P9)
  state text not null default 'intended' check (state in ('intended', 'called', 'accepted', 'confirmed', 'refused', 'unknown', 'diverged')),
  fence integer not null,
  upid text,
  outcome jsonb,
  version integer not null default 0,
  intended_at timestamptz not null default sluice_now(),
  called_at timestamptz,
  settled_at timestamptz,
  unique (holder_kind, holder_id, step, attempt),
  constraint called_has_its_time check (state in ('intended', 'refused') or called_at is not null),
  constraint intended_was_not_called check (state <> 'intended' or called_at is null),
  constraint accepted_has_a_upid check (state <> 'accepted' or upid is not null),
  constraint settled_has_outcome check ((state in ('confirmed', 'refused', 'diverged')) = (settled_at is not null) and (settled_at is null or outcome is not null))
);
create index effects_open on effects (holder_kind, holder_id) where settled_at is null;
create index effects_by_guest on effects (guest_id, intended_at);

-- P27: at most one destroy call per request, whatever happens.
create unique index one_destroy_per_request on effects (holder_id) where kind = 'destroy';

create function holder_fence(p_kind text, p_id uuid) returns integer language plpgsql stable as $$
begin
  if p_kind = 'job' then return (select fence from apply_jobs where id = p_id); end if;
  return (select fence from deletion_requests where id = p_id);
end $$;

create function check_effect() returns trigger language plpgsql as $$
begin
  if holder_fence(new.holder_kind, new.holder_id) is distinct from new.fence then
    raise exception 'superseded: this worker holds fence %, the % has %', new.fence, new.holder_kind, holder_fence(new.holder_kind, new.holder_id) using errcode = 'SL028';
  end if;
  if tg_op = 'INSERT' then
    if new.state <> 'intended' then raise exception 'an effect begins as intended' using errcode = 'SL025'; end if;
  else
    if new.kind <> old.kind or new.holder_id <> old.holder_id or new.request <> old.request or new.guest_id <> old.guest_id or new.step <> old.step then
      raise exception 'what was intended is not rewritten' using errcode = 'SL001';
    end if;
    if old.state <> new.state and not (old.state, new.state) in (
      ('intended', 'called'), ('intended', 'refused'), ('called', 'accepted'), ('called', 'confirmed'), ('called', 'refused'), ('called', 'unknown'), ('called', 'diverged'),
      ('accepted', 'confirmed'), ('accepted', 'refused'), ('accepted', 'unknown'), ('accepted', 'diverged'),
      ('unknown', 'confirmed'), ('unknown', 'refused'), ('unknown', 'diverged')) then
      raise exception 'an effect does not go from % to %', old.state, new.state using errcode = 'SL002';
    end if;
  end if;
  -- Taking power away stays possible in a freeze; every other call stops within this step (P31).
  if new.state = 'called' and (tg_op = 'INSERT' or old.state = 'intended') and new.kind not in ('take-back-user', 'take-back-token') and is_frozen() then
    raise exception 'frozen: nothing is sent until somebody unfreezes' using errcode = 'SL031';
  end if;
  if new.kind = 'destroy' and new.state = 'called' and old.state = 'intended' then
    if session_user <> 'sluice_deleter' then raise exception 'only the deleter destroys' using errcode = 'SL016'; end if;
    if not exists (select 1 from deletion_requests r where r.id = new.holder_id and r.state = 'destroying') then
      raise exception 'a destroy needs a request in destroying' using errcode = 'SL027';
    end if;
  end if;
  return new;
end $$;
create trigger effect_moves before insert or update on effects for each row execute function check_effect();
create trigger effects_are_kept before delete on effects for each row execute function refuse_change();

grant select on effects to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant insert, update on effects to sluice_worker, sluice_deleter;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
