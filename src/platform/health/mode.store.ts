import type { Mode, Tx } from '../database';

/** What the database was first migrated for; it never changes. */
export const databaseMode = async (tx: Tx): Promise<Mode> => (await tx.one<{ mode: Mode }>('select mode from settings')).mode;
