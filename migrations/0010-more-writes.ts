import type { MigrationInterface, QueryRunner } from 'typeorm';

// More kinds of one outgoing write: disks, clones, migrations. None of them frees or destroys.
export class MoreWrites1764000000010 implements MigrationInterface {
  readonly name = 'MoreWrites1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
alter table effects drop constraint effects_kind_check;
alter table effects add constraint effects_kind_check check (kind in ('create', 'hand-over', 'configure', 'start', 'shutdown', 'stop', 'add-disk', 'grow-disk', 'clone', 'migrate', 'lend-user', 'lend-token', 'take-back-user', 'take-back-token', 'destroy', 'netbox-patch', 'netbox-create'));
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
