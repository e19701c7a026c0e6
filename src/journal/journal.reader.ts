// Pages of the journal for API, CLI and screen: `next` is where to go on, null at the end.
import type { Database } from '../platform/database';
import type { JournalEntry } from './core/chain';
import { journalHead, readJournal, type JournalQuery } from './journal.store';

export interface JournalPage {
  readonly entries: readonly JournalEntry[];
  readonly next: number | null;
  /** The newest line of the whole chain. */
  readonly head: { readonly seq: number; readonly hash: string };
}

export class JournalReader {
  constructor(private readonly db: Database) {}

  async page(query: JournalQuery): Promise<JournalPage> {
    const found = await readJournal(this.db, { ...query, limit: query.limit + 1 });
    const entries = found.slice(0, query.limit);
    return { entries, next: found.length > entries.length ? (entries.at(-1)?.seq ?? null) : null, head: await journalHead(this.db) };
  }
}
