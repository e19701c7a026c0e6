// Carries P37: the journal as it stands in an export, which needs neither database nor Sluice to be checked.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { JournalEntry } from '../journal';
import { CommandFailed, cannotTell } from './exit-code';

const pageSize = 5000;

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
