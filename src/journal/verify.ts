// Carries P37: the whole chain is walked page by page, wherever its entries come from.
import type { Tx } from '../platform/database';
import type { Checkpoint } from './checkpoint';
import { genesisHash, verifyChain, type ChainVerdict, type JournalEntry } from './core/chain';
import { readJournal } from './journal.store';

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

/** Walks the whole chain; where a checkpoint is known, its entry must be there with its hash. */
export async function verifyPages(pages: AsyncIterable<readonly JournalEntry[]>, checkpoint: Checkpoint | null = null): Promise<ChainVerdict> {
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
  const end = head ?? { seq: 0, hash: genesisHash };
  if (!met) return { kind: 'broken', seq: end.seq + 1, why: `it is missing, and the checkpoint of ${checkpoint?.at} saw entry ${checkpoint?.seq}: this journal was put back to an older state` };
  return { kind: 'whole', head: end };
}
