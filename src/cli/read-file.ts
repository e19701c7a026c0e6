// A file that somebody named, or a sentence that tells why it cannot be read and what to do.
import { readFileSync } from 'node:fs';
import { cannotTell } from './exit-code';

export function contentOf(file: string, next = 'Name a readable file.'): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (trouble) {
    throw cannotTell(`${file} cannot be read (${(trouble as NodeJS.ErrnoException).code ?? 'unknown'}). ${next}`);
  }
}
