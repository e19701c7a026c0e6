import type { MigrationInterface, QueryRunner } from 'typeorm';

// Policy as versioned rows (P32) and the freeze switch (P31).
export class Policy1764000000003 implements MigrationInterface {
  readonly name = 'Policy1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table policy_versions (
  version integer primary key check (version > 0),
  body jsonb not null,
  origin text not null check (origin in ('configuration', 'proposal')),
  proposal_id uuid,
  made_at timestamptz not null default sluice_now(),
  constraint proposal_has_its_row check ((origin = 'proposal') = (proposal_id is not null))
);
create trigger policy_versions_are_append_only before update or delete on policy_versions for each row execute function refuse_change();

create table policy_proposals (
  id uuid primary key default gen_random_uuid(),
  body jsonb not null,
  weakens text[] not null,
  reason text not null check (reason <> ''),
  proposed_by uuid not null references people (id),
  proposed_at timestamptz not null default sluice_now(),
  approved_by uuid references people (id),
  state text not null default 'proposed' check (state in ('proposed', 'active', 'vetoed')),
  constraint weakening_needs_a_second_person check (state <> 'active' or weakens = '{}' or (approved_by is not null and approved_by <> proposed_by))
);

create function check_policy_proposal() returns trigger language plpgsql as $$
begin
  if new.approved_by is not null and cardinality(new.weakens) > 0 and person_keys(new.approved_by) && person_keys(new.proposed_by) then
    raise exception 'a proposal that weakens a gate is approved by another person than its author' using errcode = 'SL017';
  end if;
  if tg_op = 'UPDATE' and (old.state <> 'proposed' or new.body <> old.body or new.weakens <> old.weakens or new.proposed_by <> old.proposed_by) then
    raise exception 'a policy proposal is decided once and never rewritten' using errcode = 'SL001';
  end if;
  return new;
end $$;
create trigger policy_proposal_four_eyes before insert or update on policy_proposals for each row execute function check_policy_proposal();

-- Only the first version comes from a file; every later one from a decided proposal of the same content (P32).
create function check_policy_version() returns trigger language plpgsql as $$
begin
  if new.version <> coalesce((select max(version) from policy_versions), 0) + 1 then
    raise exception 'policy versions follow each other' using errcode = 'SL002';
  end if;
  if new.origin = 'configuration' and new.version > 1 then
    raise exception 'a configuration file seeds the first policy only: later changes are proposals' using errcode = 'SL032';
  end if;
  if new.origin = 'proposal' and not exists (select 1 from policy_proposals p where p.id = new.proposal_id and p.state = 'active' and p.body = new.body) then
    raise exception 'no active proposal with this content' using errcode = 'SL032';
  end if;
  return new;
end $$;
create trigger policy_version_has_its_proposal before insert on policy_versions for each row execute function check_policy_version();

create table freezes (
  id uuid primary key default gen_random_uuid(),
  reason text not null check (reason <> ''),
  frozen_by uuid references people (id),          -- null: frozen by Sluice itself (P37)
  frozen_at timestamptz not null default sluice_now(),
  unfrozen_by uuid references people (id),
  unfrozen_at timestamptz,
  unfreeze_reason text,
  constraint unfreezing_is_whole check ((unfrozen_by is null) = (unfrozen_at is null) and (unfrozen_by is null) = (unfreeze_reason is null)),
  constraint unfrozen_by_a_second_person check (unfrozen_by is null or unfrozen_by is distinct from frozen_by)
);
create unique index one_freeze_at_a_time on freezes ((true)) where unfrozen_at is null;

create function check_unfreeze() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.unfrozen_at is not null or new.frozen_by is distinct from old.frozen_by or new.frozen_at <> old.frozen_at) then
    raise exception 'a freeze is ended once and never rewritten' using errcode = 'SL001';
  end if;
  if new.unfrozen_by is not null and new.frozen_by is not null and person_keys(new.unfrozen_by) && person_keys(new.frozen_by) then
    raise exception 'unfreezing takes a second person' using errcode = 'SL017';
  end if;
  return new;
end $$;
create trigger unfreeze_four_eyes before insert or update on freezes for each row execute function check_unfreeze();

create function is_frozen() returns boolean language sql stable as $$ select exists (select 1 from freezes where unfrozen_at is null) $$;

grant select on policy_versions, policy_proposals, freezes to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant insert on policy_versions to sluice_api;
grant insert, update on policy_proposals, freezes to sluice_api;
grant insert on freezes to sluice_deleter;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
