// Where state lives: a directory of its own per checkout, reset as one (`sluice lab reset`). Root's must be open to the uid
// that PostgreSQL runs as, so it is not below /root.
import { join } from 'node:path';
import { sha256Hex } from '../../kernel';

export function dataDirectory(env: NodeJS.ProcessEnv, cwd: string): string {
  const named = env['SLUICE_DATA'];
  if (named !== undefined && named !== '') return named;
  return process.getuid?.() === 0 ? join('/var/lib/sluice', sha256Hex(cwd).slice(0, 12)) : join(cwd, '.data');
}
