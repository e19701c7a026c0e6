// Carries P37, P25: the line of a state change is written in the transaction that changes the state. The head row
// serialises writers, so append last.
import { canonicalJson, scrub } from '../kernel';
import type { Tx } from '../platform/database';
import type { JournalEntry } from './core/chain';

export interface JournalLine {
  /** `module.event`, e.g. `deletion.approved`. */
  readonly kind: string;
  /** What it is about, e.g. `request:<uuid>`, `plan:<uuid>`, `guest:<uuid>`. */
  readonly subject: string;
  /** Who did it, e.g. `person:anna`, `service:plugin`, `role:deleter`. */
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Appends one line; secrets are removed first (P40). */
export async function append(tx: Tx, line: JournalLine): Promise<number> {
  const row = await tx.one<{ seq: number }>('select journal_append($1, $2, $3, $4)::integer as seq', [line.kind, line.subject, line.actor, canonicalJson(scrub(line.body))]);
  return row.seq;
}

/**
 * A change of one row and its line as one statement, which is a transaction of its own: for moves that are made by the thousand.
 * `sql` is an INSERT or UPDATE that ends with RETURNING. Null: it hit nothing, and no line is written.
 * `flushed: false` does not wait for the disk. It is for moves that a flushed one follows before anything leaves this process, or
 * that can be read off a flushed one: the log is written in order, so what is flushed later carries them (a kill loses nothing).
 */
export async function changeAndAppend<T>(db: Tx, sql: string, params: readonly unknown[], line: JournalLine, { flushed }: { readonly flushed: boolean }): Promise<T | null> {
  const at = params.length;
  return db.maybe<T>(
    `with changed as (${sql}) select changed.*, journal_append($${at + 1}, $${at + 2}, $${at + 3}, $${at + 4}) as journal_seq${flushed ? '' : ", set_config('synchronous_commit', 'off', true)"} from changed`,
    [...params, line.kind, line.subject, line.actor, canonicalJson(scrub(line.body))]);
}

export interface JournalQuery { readonly subject?: string; readonly afterSeq?: number; readonly limit: number }

const columns = `seq::integer as seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, kind, subject, actor, body, previous_hash as "previousHash", hash`;

export function readJournal(db: Tx, query: JournalQuery): Promise<JournalEntry[]> {
  return db.rows<JournalEntry>(
    `select ${columns} from journal_entries where seq > $1 and ($2::text is null or subject = $2) order by seq limit $3`,
    [query.afterSeq ?? 0, query.subject ?? null, query.limit],
  );
}

/** Every line that names the guest, directly or through its requests, jobs and effects (P39). */
export function readJournalOfGuest(db: Tx, guestId: string): Promise<JournalEntry[]> {
  return db.rows<JournalEntry>(`select ${columns} from journal_entries where subject = $1 or body like '%' || $2 || '%' order by seq`, [`guest:${guestId}`, guestId]);
}

export const journalHead = (db: Tx): Promise<{ seq: number; hash: string }> => db.one('select seq::integer as seq, hash from journal_head');
