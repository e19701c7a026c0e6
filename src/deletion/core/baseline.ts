// Carries P22: what must stay as it was while the guest waits. Taken after our own last write, over the configuration without
// lock, digest, snapshot sections and our tag: a backup or a snapshot holds the destroy, every other change cancels it.
import { quarantineTag, tagsOf, type GuestConfig, type GuestKind } from '../../guest';
import { scrub, scrubText, sha256Hex } from '../../kernel';

export interface WindowBaseline {
  readonly kind: GuestKind;
  readonly node: string;
  readonly hasProcess: false;
  readonly values: Readonly<Record<string, string>>;
}

export interface SeenGuest { readonly config: GuestConfig; readonly node: string; readonly hasProcess: boolean }

export type BaselineVerdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'held'; readonly observed: string }
  | { readonly kind: 'changed'; readonly observed: string };

/** `parent` names the snapshot that the running state comes from; `lock` and `digest` move with every backup. */
const notCompared: ReadonlySet<string> = new Set(['lock', 'digest', 'parent', 'tags']);
/** These come and go without anybody wanting something else from the guest. */
const passingLocks: ReadonlySet<string> = new Set(['backup', 'snapshot', 'snapshot-delete']);

/** The configuration as far as it counts: an absent key is an absent value, never an empty one (P6). */
export function valuesOf(config: GuestConfig): Readonly<Record<string, string>> {
  const kept = Object.entries(config.raw).filter(([key]) => !notCompared.has(key)).map(([key, value]): [string, string] => [key, keepable(key, value)]);
  const tags = tagsOf(config.raw['tags'] ?? '').filter((tag) => tag !== quarantineTag);
  return Object.fromEntries(tags.length === 0 ? kept : [...kept, ['tags', tags.join(';')]]);
}

/** P40: these values are kept and shown, so a text with a secret in it stands there as a short fingerprint, which still tells a change. */
function keepable(key: string, value: string): string {
  if (scrub({ [key]: 'x' })[key] !== 'x') return '[removed]';
  return scrubText(value) === value ? value : `[removed ${sha256Hex(value).slice(0, 8)}]`;
}

export const takeBaseline = (config: GuestConfig, node: string): WindowBaseline => ({ kind: config.kind, node, hasProcess: false, values: valuesOf(config) });

/** Which values differ, in words; empty when none does. */
export function differences(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return keys.filter((key) => before[key] !== now[key]).map((key) => `${key} was ${word(before[key])}, is ${word(now[key])}`);
}

export function compareBaseline(baseline: WindowBaseline | null, seen: SeenGuest): BaselineVerdict {
  if (baseline === null || Object.keys(baseline.values).length === 0) return { kind: 'changed', observed: 'there is no baseline to compare with' };
  const { lock } = seen.config;
  const moved = [
    ...(seen.config.kind === baseline.kind ? [] : [`kind was ${baseline.kind}, is ${seen.config.kind}`]),
    ...(seen.node === baseline.node ? [] : [`node was ${baseline.node}, is ${seen.node}`]),
    ...differences(baseline.values, valuesOf(seen.config)),
    // A backup of a stopped VM runs a process of its own for as long as its lock stands (Proxmox VE 8.4).
    ...(seen.hasProcess && lock !== 'backup' ? ['it was off, it is running'] : []),
    ...(lock !== null && !passingLocks.has(lock) ? [`it is locked: ${lock}`] : []),
  ];
  if (moved.length > 0) return { kind: 'changed', observed: moved.join('; ') };
  return lock === null ? { kind: 'same' } : { kind: 'held', observed: `lock: ${lock}` };
}

const word = (value: string | undefined): string => (value === undefined ? 'absent' : JSON.stringify(value));
