// The configuration texts behind recorded digests, as far as the answers tell them: a configuration says its main section, or
// that with pending values laid over it; `pending` says both; snapshots are told one by one. A guess is proven by its SHA-1.
import { textAndDigest } from '../../../src/lab/proxmox/config-text';
import type { Entries, Guest, GuestKind, Snapshot } from '../../../src/lab/proxmox/state';
import type { Exchange } from './recording';

interface Guess { readonly main: Entries; readonly pending: Entries; readonly pendingDelete: readonly string[]; readonly snapshots: readonly Snapshot[] }
interface Sight { readonly kind: GuestKind; readonly vmid: number; readonly digest: string; readonly isPending: boolean; readonly data: unknown }
interface PendingRow { readonly key: string; readonly value?: unknown; readonly pending?: unknown; readonly delete?: number }

export interface Recomputed { readonly digests: number; readonly recomputed: number; readonly left: readonly { readonly seq: number; readonly why: string }[] }

const texts = (entries: object): Entries => Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, String(value)]));

/** Values that the recorder or Proxmox itself blackened; `args` held paths of the recorded machine. */
const isHidden = (main: Entries): boolean => main['args'] !== undefined || Object.values(main).some((value) => value === '**********' || value === '<uuid>' || value.includes('...('));

const digestOf = (kind: GuestKind, vmid: number, { main, pending, pendingDelete, snapshots }: Guess): string =>
  textAndDigest({ kind, vmid, node: '', main, pending, pendingDelete: [...pendingDelete], snapshots: [...snapshots], power: null, deaf: false } satisfies Guest).digest;

/** A configuration or a list of pending values with its digest. */
function sightOf(exchange: Exchange): Sight | null {
  const [, kind, vmid, tail] = /^\/api2\/json\/nodes\/\w+\/(qemu|lxc)\/(\d+)\/(config|pending)$/.exec(exchange.path) ?? [];
  const data = typeof exchange.body === 'object' ? exchange.body?.data : null;
  if (kind === undefined || exchange.method !== 'GET' || exchange.status !== 200 || typeof data !== 'object' || data === null || exchange.params.some((part) => part.startsWith('snapshot='))) return null;
  const digest = Array.isArray(data) ? (data as readonly PendingRow[]).find((row) => row.key === 'digest')?.value : 'digest' in data ? data.digest : undefined;
  return typeof digest === 'string' ? { kind: kind === 'lxc' ? 'lxc' : 'qemu', vmid: Number(vmid), digest, isPending: tail === 'pending', data } : null;
}

function guessOfPending(rows: readonly PendingRow[], known: Entries): Guess {
  const own = rows.filter((row) => row.key !== 'digest');
  const main = texts(Object.fromEntries(own.flatMap((row) => (row.value === undefined ? [] : [[row.key, row.value]]))));
  return {
    main: Object.fromEntries(Object.entries(main).map(([key, value]) => [key, value === '<uuid>' ? (known[key] ?? value) : value])), snapshots: [],
    pending: texts(Object.fromEntries(own.flatMap((row) => (row.pending === undefined ? [] : [[row.key, row.pending]])))), pendingDelete: own.flatMap((row) => (row.delete === undefined ? [] : [row.key])),
  };
}

const subsets = <T>(items: readonly T[]): readonly (readonly T[])[] => items.reduce<readonly (readonly T[])[]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);

/** What differs from the main section that was known before may have been written, or may only be pending. */
function guessesOfConfig(shown: Entries, known: Entries | undefined): readonly Guess[] {
  const changed = known === undefined ? [] : [...new Set([...Object.keys(shown), ...Object.keys(known)])].filter((key) => shown[key] !== known[key]);
  return subsets(changed.length > 8 ? [] : changed).map((waiting) => {
    const isWaiting = (key: string): boolean => waiting.includes(key);
    const before = Object.entries(known ?? {}).filter(([key]) => isWaiting(key));
    return { main: { ...Object.fromEntries(Object.entries(shown).filter(([key]) => !isWaiting(key))), ...Object.fromEntries(before) }, pending: Object.fromEntries(Object.entries(shown).filter(([key]) => isWaiting(key))), pendingDelete: waiting.filter((key) => shown[key] === undefined), snapshots: [] };
  });
}

/** Snapshots of a guest as the list and the single configurations tell them. One that was never shown is the main section of its day. */
function snapshotsOf(exchanges: readonly Exchange[], vmid: number, digest: string, main: Entries): readonly Snapshot[] {
  const list = exchanges.find(({ path, body }) => path.endsWith(`/qemu/${vmid}/snapshot`) && typeof body === 'object' && JSON.stringify(body?.data ?? null).includes(digest));
  const rows = typeof list?.body === 'object' ? (list.body?.data as readonly { readonly name: string; readonly snaptime?: number; readonly parent?: string; readonly description: string }[]) : [];
  const { parent: _parent, ...plain } = main;
  return rows.filter((row) => row.name !== 'current').map((row) => {
    const shown = exchanges.find(({ path, method, status }) => method === 'GET' && status === 200 && path.endsWith(`/qemu/${vmid}/snapshot/${row.name}/config`));
    const told = typeof shown?.body === 'object' ? shown.body?.data : undefined;
    return { name: row.name, main: typeof told === 'object' && told !== null ? texts(told) : { ...plain, ...(row.parent === undefined ? {} : { parent: row.parent }), ...(row.description === '' ? {} : { description: row.description }), snaptime: String(row.snaptime ?? 0) } };
  });
}

export function recompute(exchanges: readonly Exchange[]): Recomputed {
  const known = new Map<number, Entries>();
  const done = new Set<string>();
  const left = new Map<string, { readonly seq: number; readonly why: string }>();
  for (const exchange of exchanges) {
    const sight = sightOf(exchange);
    if (sight === null || done.has(sight.digest)) continue;
    const { kind, vmid, digest } = sight;
    const { digest: _digest, ...shown } = sight.isPending ? {} as Entries : texts(sight.data as object);
    const guesses = sight.isPending ? [guessOfPending(sight.data as readonly PendingRow[], known.get(vmid) ?? {})] : guessesOfConfig(shown, known.get(vmid));
    const withSnapshots = guesses.map((guess) => ({ ...guess, snapshots: snapshotsOf(exchanges, vmid, digest, guess.main) })).filter((guess) => guess.snapshots.length > 0);
    const proven = [...guesses, ...withSnapshots].find((guess) => digestOf(kind, vmid, guess) === digest);
    if (proven === undefined) left.set(digest, { seq: exchange.seq, why: guesses.some((guess) => isHidden(guess.main)) ? 'a value was blackened or cut' : 'the answers do not tell the whole text' });
    else {
      known.set(vmid, proven.main);
      done.add(digest);
      left.delete(digest);
    }
  }
  return { digests: done.size + left.size, recomputed: done.size, left: [...left.values()] };
}
