// Carries P37: the journal as it stands in a database, or in an export that needs neither database nor Sluice.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { readJournal, verifyChain, type ChainVerdict, type Checkpoint, type JournalEntry } from '../journal';
import type { Tx } from '../platform/database';
import { CommandFailed, cannotTell } from './exit-code';

const pageSize = 5000;

export async function* pagesOfDatabase(db: Tx): AsyncGenerator<readonly JournalEntry[]> {
  for (let afterSeq = 0; ;) {
    const page = await readJournal(db, { afterSeq, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    afterSeq = last.seq;
  }
}

/** One entry a line, as `sluice journal export` writes them. */
export async function* pagesOfFile(file: string): AsyncGenerator<readonly JournalEntry[]> {
  let [page, number]: [JournalEntry[], number] = [[], 0];
  try {
    for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      number += 1;
      if (line === '') continue;
      page.push(entryOf(line, file, number));
      if (page.length < pageSize) continue;
      yield page;
      page = [];
    }
  } catch (trouble) {
    if (trouble instanceof CommandFailed) throw trouble;
    throw cannotTell(`${file} cannot be read (${(trouble as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
  yield page;
}

const texts = ['at', 'kind', 'subject', 'actor', 'body', 'previousHash', 'hash'] as const;

function entryOf(line: string, file: string, number: number): JournalEntry {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch {
    found = null;
  }
  const entry = found as Partial<JournalEntry> | null;
  if (typeof entry?.seq !== 'number' || texts.some((key) => typeof entry[key] !== 'string')) throw cannotTell(`Line ${number} of ${file} is not an entry of a journal. Export it anew with: sluice journal export`);
  return entry as JournalEntry;
}

/** Walks the whole chain; where a checkpoint is known, its entry must be there with its hash. */
export async function verifyPages(pages: AsyncIterable<readonly JournalEntry[]>, checkpoint: Checkpoint | null): Promise<ChainVerdict> {
  let head: { readonly seq: number; readonly hash: string } | undefined;
  let met = checkpoint === null || checkpoint.seq === 0;
  for await (const page of pages) {
    const verdict = verifyChain(page, head);
    if (verdict.kind === 'broken') return verdict;
    head = verdict.head;
    const entry = page.find(({ seq }) => seq === checkpoint?.seq);
    if (entry === undefined) continue;
    if (entry.hash !== checkpoint?.hash) return { kind: 'broken', seq: entry.seq, why: `it is not the entry that the checkpoint of ${checkpoint?.at} saw` };
    met = true;
  }
  const end = head ?? { seq: 0, hash: '0'.repeat(64) };
  if (!met) return { kind: 'broken', seq: end.seq + 1, why: `it is missing, and the checkpoint of ${checkpoint?.at} saw entry ${checkpoint?.seq}: this journal was put back to an older state` };
  return { kind: 'whole', head: end };
}
