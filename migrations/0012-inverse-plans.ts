import type { MigrationInterface, QueryRunner } from 'typeorm';

// A plan may be asked for in both directions: to merge a branch, and to take its merge back (F3).
export class InversePlans1764000000012 implements MigrationInterface {
  readonly name = 'InversePlans1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table plan_requests add column kind text not null default 'branch' check (kind in ('branch', 'revert'))`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
