import type { MigrationInterface, QueryRunner } from 'typeorm';

// Clusters, their identity (P13), what their tokens may do (P15), and which guest is which for ever (P14).
export class Endpoints1764000000004 implements MigrationInterface {
  readonly name = 'Endpoints1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table clusters (
  name text primary key,
  netbox text not null,
  netbox_cluster text not null,
  settings jsonb not null,                 -- pools, bridge, storage, VMID range, connection URLs; never a secret (P16)
  state text not null default 'unseen' check (state in ('unseen', 'confirmed', 'changed')),
  confirmed_identity jsonb,
  seen_identity jsonb,
  version integer not null default 0,
  unique (netbox, netbox_cluster),
  constraint confirmed_has_identity check ((state = 'unseen') = (confirmed_identity is null))
);

-- The last self-check of each token: broader or unreadable rights refuse deletion on that cluster (P15).
create table rights_checks (
  cluster text not null references clusters (name),
  token text not null check (token in ('reflect', 'create', 'update', 'lender', 'destroy')),
  verdict text not null check (verdict in ('exact', 'missing', 'broader', 'unreadable')),
  detail jsonb not null,
  checked_at timestamptz not null default sluice_now(),
  primary key (cluster, token)
);

-- NetBox object <-> guest. 'allocated' remembers what a plan gave to a NetBox object, so planning again gives the same (P1).
create table guest_links (
  guest_id uuid primary key,
  netbox text not null,
  netbox_vm_id integer,
  cluster text not null references clusters (name),
  vmid integer not null check (vmid between 100 and 999999999),
  kind text not null check (kind in ('qemu', 'lxc')),
  uuid text,
  ctime text,
  macs text[] not null default '{}',
  state text not null check (state in ('allocated', 'live', 'gone')),
  version integer not null default 0,
  changed_at timestamptz not null default sluice_now(),
  constraint vm_has_uuid check (kind <> 'qemu' or uuid is not null)
);
create unique index one_live_link_per_vmid on guest_links (cluster, vmid) where state <> 'gone';
create unique index one_live_link_per_netbox_vm on guest_links (netbox, netbox_vm_id) where state <> 'gone';

-- P14: a VMID that was ever given or seen stays here for ever.
create table vmid_ledger (
  cluster text not null references clusters (name),
  vmid integer not null,
  reason text not null check (reason in ('allocated', 'seen', 'destroyed')),
  guest_id uuid,
  at timestamptz not null default sluice_now(),
  primary key (cluster, vmid, reason)
);
create trigger vmid_ledger_is_append_only before update or delete on vmid_ledger for each row execute function refuse_change();

-- P7: at most one started job or live request per guest.
create table guest_claims (
  guest_id uuid not null,
  holder_kind text not null check (holder_kind in ('job', 'request')),
  holder_id uuid not null,
  claimed_at timestamptz not null default sluice_now(),
  released_at timestamptz,
  primary key (guest_id, holder_kind, holder_id)
);
create unique index one_live_claim_per_guest on guest_claims (guest_id) where released_at is null;

grant select on clusters, rights_checks, guest_links, vmid_ledger, guest_claims to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant update on clusters to sluice_api, sluice_worker, sluice_scheduler, sluice_deleter;
grant insert on clusters to sluice_api, sluice_worker, sluice_scheduler, sluice_deleter;
grant insert, update on rights_checks to sluice_worker, sluice_deleter;
grant insert, update on guest_links to sluice_worker;
grant update on guest_links to sluice_deleter;
grant insert on vmid_ledger to sluice_worker, sluice_deleter;
grant insert, update on guest_claims to sluice_worker;
grant update on guest_claims to sluice_deleter, sluice_api;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
