// Carries P37: the chain can be checked offline, by anybody, with nothing but the rows.
import { sha256Hex } from '../../kernel';

export interface JournalEntry {
  readonly seq: number;
  /** UTC, six decimals, as the database hashed it. */
  readonly at: string;
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  /** Canonical JSON. */
  readonly body: string;
  readonly previousHash: string;
  readonly hash: string;
}

export const genesisHash = '0'.repeat(64);

/** What `journal_append` hashes, line by line. */
export const hashOf = (entry: Omit<JournalEntry, 'hash'>): string =>
  sha256Hex([entry.previousHash, String(entry.seq), entry.at, entry.kind, entry.subject, entry.actor, entry.body].join('\n'));

export type ChainVerdict =
  | { readonly kind: 'whole'; readonly head: { readonly seq: number; readonly hash: string } }
  | { readonly kind: 'broken'; readonly seq: number; readonly why: string };

/** Walks on from `after`; stops at the first entry that does not follow. */
export function verifyChain(entries: Iterable<JournalEntry>, after = { seq: 0, hash: genesisHash }): ChainVerdict {
  let head = after;
  for (const entry of entries) {
    if (entry.seq !== head.seq + 1) return { kind: 'broken', seq: entry.seq, why: `entry ${head.seq + 1} is missing: ${entry.seq} follows ${head.seq}` };
    if (entry.previousHash !== head.hash) return { kind: 'broken', seq: entry.seq, why: 'it does not continue the entry before it' };
    if (hashOf(entry) !== entry.hash) return { kind: 'broken', seq: entry.seq, why: 'its content does not have its hash' };
    head = { seq: entry.seq, hash: entry.hash };
  }
  return { kind: 'whole', head };
}
