import type { Tx } from './database';
import type { Mode } from './migrate';

/** What the database was first migrated for; it never changes, and decides how short a recovery window may be (P22). */
export const databaseMode = async (tx: Tx): Promise<Mode> => (await tx.one<{ mode: Mode }>('select mode from settings')).mode;
