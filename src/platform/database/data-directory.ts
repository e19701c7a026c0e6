// Where state lives: a directory of its own per checkout, reset as one (`sluice lab reset`). Root's must be open to the
// account that PostgreSQL runs as, so it is not below /root.
import { join, resolve } from 'node:path';
import { sha256Hex } from '../../kernel';

/** Absolute path. SLUICE_DATA names it; else /var/lib/sluice/<checkout> for root and ./.data for others. PostgreSQL's home is `pg` below it. */
export function dataDirectory(env: NodeJS.ProcessEnv, cwd: string): string {
  const named = env['SLUICE_DATA'];
  if (named !== undefined && named !== '') return resolve(cwd, named);
  return process.getuid?.() === 0 ? join('/var/lib/sluice', sha256Hex(cwd).slice(0, 12)) : join(cwd, '.data');
}
