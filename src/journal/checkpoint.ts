// Carries P37: checkpoints live outside the database, so a database that was put back to an older state is noticed.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Tx } from '../platform/database';
import { journalHead, readJournal } from './journal.store';

export interface Checkpoint { readonly seq: number; readonly hash: string; readonly at: string }

/** Appends the journal's head to the checkpoint file (one JSON object a line). */
export async function exportCheckpoint(db: Tx, file: string, at: string): Promise<Checkpoint> {
  const head = await journalHead(db);
  const last = await lastCheckpoint(file);
  const checkpoint = { ...head, at };
  // A journal that does not continue the last line is another or an older one: writing on would make it look right at the next start.
  if (last !== null && (last.seq === head.seq || (await compareWithCheckpoint(db, file)).kind !== 'agrees')) return last;
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify(checkpoint)}\n`, { mode: 0o600 });
  return checkpoint;
}

export async function lastCheckpoint(file: string): Promise<Checkpoint | null> {
  const text = await readFile(file, 'utf8').catch((trouble: NodeJS.ErrnoException) => {
    if (trouble.code === 'ENOENT') return '';
    throw trouble;
  });
  const line = text.trimEnd().split('\n').at(-1);
  return line === undefined || line === '' ? null : (JSON.parse(line) as Checkpoint);
}

export type CheckpointVerdict = { readonly kind: 'agrees' } | { readonly kind: 'older'; readonly observed: string } | { readonly kind: 'differs'; readonly observed: string };

/** Whether the database still holds the last exported line. `older` or `differs`: start frozen. */
export async function compareWithCheckpoint(db: Tx, file: string): Promise<CheckpointVerdict> {
  const last = await lastCheckpoint(file);
  if (last === null || last.seq === 0) return { kind: 'agrees' };
  const [entry] = await readJournal(db, { afterSeq: last.seq - 1, limit: 1 });
  if (entry === undefined) return { kind: 'older', observed: `the journal ends before entry ${last.seq}, exported at ${last.at}` };
  return entry.hash === last.hash ? { kind: 'agrees' } : { kind: 'differs', observed: `entry ${last.seq} has hash ${entry.hash.slice(0, 8)}, exported was ${last.hash.slice(0, 8)}` };
}
