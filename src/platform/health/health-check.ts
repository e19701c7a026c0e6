// Fail closed (P30): a database that does not answer in time, or answers for another mode, is not healthy.
import { databaseMode, type Database, type Mode } from '../database';

export interface Health {
  readonly status: 'ok' | 'failing';
  readonly mode: Mode;
  readonly database: 'ok' | 'unreachable' | 'other-mode';
  readonly roles: readonly string[];
  readonly version: string;
}

export interface HealthOptions { readonly db: Database; readonly mode: Mode; readonly roles: readonly string[]; readonly version: string }

const patienceMillis = 2000;

export class HealthCheck {
  constructor(private readonly options: HealthOptions) {}

  async look(): Promise<Health> {
    const { mode, roles, version } = this.options;
    const database = await this.askDatabase();
    return { status: database === 'ok' ? 'ok' : 'failing', mode, database, roles, version };
  }

  private async askDatabase(): Promise<Health['database']> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'unreachable'>((resolve) => { timer = setTimeout(() => resolve('unreachable'), patienceMillis); });
    const answer = databaseMode(this.options.db).then((mode) => (mode === this.options.mode ? 'ok' as const : 'other-mode' as const), () => 'unreachable' as const);
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
