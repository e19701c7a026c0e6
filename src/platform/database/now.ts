import type { Instant } from '../../kernel';
import type { Tx } from './database';

/** The database's clock, cut to milliseconds as the cores count (P8). */
export const databaseNow = async (tx: Tx): Promise<Instant> => (await tx.one<{ now: Instant }>('select sluice_now() as now')).now;
