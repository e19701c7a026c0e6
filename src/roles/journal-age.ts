// Carries P37: a database that is older than what was exported from it is frozen before any role begins. The owner does it, in
// every process: a role that may not freeze must not run ahead of one that may.
import { compareWithCheckpoint } from '../journal';
import type { Database } from '../platform/database';
import type { Log } from '../platform/log';
import { freezeItself, FreezeStore } from '../policy';

export async function noticeOlderDatabase(owner: Database, checkpointFile: string, log: Log): Promise<void> {
  const verdict = await compareWithCheckpoint(owner, checkpointFile);
  if (verdict.kind === 'agrees') return;
  log.error({ observed: verdict.observed }, 'the database does not continue its last checkpoint: Sluice is frozen');
  await freezeItself(owner, new FreezeStore(), `The journal does not continue its last exported checkpoint: ${verdict.observed}`);
}
