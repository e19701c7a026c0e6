// Carries P37: a database that is older than what was exported from it starts frozen. Checked by the roles that may freeze.
import { compareWithCheckpoint } from '../journal';
import type { DatabaseRole } from '../platform/database';
import { freezeItself, FreezeStore } from '../policy';
import type { Ground } from './ground';

export async function noticeOlderDatabase(ground: Ground, role: Extract<DatabaseRole, 'api' | 'deleter'>): Promise<void> {
  const db = ground.db(role);
  const verdict = await compareWithCheckpoint(db, ground.config.journal.checkpointFile);
  if (verdict.kind === 'agrees') return;
  ground.log.error({ observed: verdict.observed }, 'the database does not continue its last checkpoint: Sluice is frozen');
  await freezeItself(db, new FreezeStore(), `The journal does not continue its last exported checkpoint: ${verdict.observed}`);
}
