import type { MigrationInterface, QueryRunner } from 'typeorm';

// The guest id of a guest that a branch would take in, given once to its NetBox VM, so that planning again gives the same (P1). It is
// no link: many branches may mean the same guest, and only taking it in links it (P13).
export class Adoptions1764000000011 implements MigrationInterface {
  readonly name = 'Adoptions1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table adoptions (
  guest_id uuid primary key,
  netbox text not null,
  netbox_vm_id integer not null,
  given_at timestamptz not null default sluice_now()
);
create index adoptions_by_netbox_vm on adoptions (netbox, netbox_vm_id);
create trigger adoptions_are_append_only before update or delete on adoptions for each row execute function refuse_change();
grant select, insert on adoptions to sluice_worker;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
