// The page beside a recording: what it is of, and what is not in it.
import { removedLine } from './removals';
import type { Recording } from './recording';

export const readme = ({ product, version, recorded, left, removed }: Recording, files: readonly string[] = []): string =>
  [
    `# Recording of ${product} ${version}`, '', `${recorded} answers to GET requests, made by \`sluice lab record\`; ${left === 0 ? 'nothing was left out for want of room' : `${left} more were known and not read`}.`, '',
    '## Removed', '', ...(removed.length === 0 ? ['Nothing.'] : removed.map((row) => `* ${removedLine(row)}`)), '',
    'Names of guests, nodes and people, and addresses, are still in it.', ...(files.length === 0 ? [] : ['', '## Files', '', ...files]), '',
  ].join('\n');
