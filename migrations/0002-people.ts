import type { MigrationInterface, QueryRunner } from 'typeorm';

// Who may do what. Linked accounts of one person count as one (P17).
export class People1764000000002 implements MigrationInterface {
  readonly name = 'People1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table people (
  id uuid primary key default gen_random_uuid(),
  username text not null unique,
  display_name text not null,
  password_hash text,
  netbox text,
  netbox_user_id integer,
  same_as uuid references people (id),
  active boolean not null default true,
  constraint netbox_account_is_whole check ((netbox is null) = (netbox_user_id is null)),
  constraint not_linked_to_itself check (same_as <> id),
  unique (netbox, netbox_user_id)
);

create table person_permissions (
  person_id uuid not null references people (id),
  permission text not null check (permission in ('view', 'operate', 'administer', 'approve_deletion',
    'apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc')),
  primary key (person_id, permission)
);

create table sessions (
  token_hash text primary key,
  person_id uuid not null references people (id),
  csrf_token text not null,
  made_at timestamptz not null default sluice_now(),
  expires_at timestamptz not null
);

-- Services can look and ask; approve_deletion is not in the list (P17).
create table service_tokens (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  token_hash text not null unique,
  permissions text[] not null check (permissions <@ array['view', 'operate', 'apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc'])
);

-- Every key under which this person, by any linked account, may stand among the originators of a request (P17).
create function person_keys(p_person uuid) returns text[] language sql stable as $$
  with recursive linked(id) as (
    select p_person
    union
    select p.id from people p join linked l on p.same_as = l.id or p.id = (select same_as from people q where q.id = l.id)
  )
  select coalesce(array_agg(key), '{}') from (
    select 'person:' || p.id as key from people p join linked using (id)
    union
    select 'netbox:' || p.netbox || ':' || p.netbox_user_id from people p join linked using (id) where p.netbox is not null
  ) keys
$$;

grant select on people, person_permissions, service_tokens to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant select, insert, delete on sessions to sluice_api;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
