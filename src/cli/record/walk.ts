// Goes from look to look, breadth first, until nothing is left or the bound is reached: of everything the first, then more of each.
import { jsonOf, type Look, type Outcome, type Said } from './look';

export interface WalkOptions {
  readonly first: readonly Look[];
  readonly follow: (look: Look, body: unknown) => readonly Look[];
  readonly ask: (look: Look) => Promise<Outcome>;
  readonly keep: (look: Look, said: Said) => void;
  /** After this many answers the rest is left. */
  readonly max: number;
  readonly progress: (line: string) => void;
}
export interface Walked {
  readonly recorded: number;
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Looks that were left when the bound was reached. */
  readonly left: number;
  readonly silent: readonly { readonly template: string; readonly text: string }[];
  /** The first look got no answer, or was refused: nothing was recorded. */
  readonly refused: { readonly status: number | null; readonly text: string } | null;
}

/** A server that stops answering is left alone. */
const patience = 3;

export async function walk({ first, follow, ask, keep, max, progress }: WalkOptions): Promise<Walked> {
  const queue = [...first];
  const seen = new Set(queue.map(nameOf));
  const statuses: Record<string, number> = {};
  const silent: { template: string; text: string }[] = [];
  let [recorded, inARow] = [0, 0];
  const end = (refused: Walked['refused'] = null): Walked => ({ recorded, statuses, left: queue.length, silent, refused });
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (recorded >= max || inARow >= patience) {
      queue.unshift(next);
      return end();
    }
    const outcome = await ask(next);
    if (outcome.kind === 'silent') {
      if (recorded === 0) return end({ status: null, text: outcome.text });
      silent.push({ template: next.template, text: outcome.text });
      inARow += 1;
      continue;
    }
    const { said } = outcome;
    if (recorded === 0 && said.status !== 200) return end({ status: said.status, text: wordsOf(said) });
    keep(next, said);
    [recorded, inARow] = [recorded + 1, 0];
    statuses[said.status] = (statuses[said.status] ?? 0) + 1;
    for (const more of said.status === 200 ? follow(next, jsonOf(said.text)) : []) {
      if (seen.has(nameOf(more))) continue;
      seen.add(nameOf(more));
      queue.push(more);
    }
    if (recorded % 50 === 0) progress(`${recorded} recorded, ${queue.length} known and not yet read`);
  }
  return end();
}

const wordsOf = ({ reason, headers, text }: Said): string => (headers['location'] === undefined ? (reason === '' ? text.slice(0, 200) : reason) : `a redirect to ${headers['location']}`);

const nameOf = ({ path, query, headers }: Look): string => JSON.stringify([path, query, headers ?? null]);
