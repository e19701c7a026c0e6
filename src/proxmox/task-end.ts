// Carries P11, P26: a UPID is not success. From the exit status of a task to how it ended; only what Proxmox checks before it
// touches anything counts as a refusal, every other error leaves the extent unknown.
import type { TaskEnd } from './ports';

/** Early checks that the worker repeats under the guest's lock before its first effect (Proxmox VE 8.4). */
const earlyRefusals: readonly RegExp[] = [
  /^(?:VM|CT) is locked \([^)]*\)$/,
  /^can't remove (?:VM|CT) \d+ - protection mode enabled$/,
  /^VM \d+ is running - destroy failed$/,
  /^unable to destroy CT \d+ - container is running$/,
  /^unable to remove (?:VM|CT) \d+ - used in HA resources and purge parameter not set\.?$/,
  /^There is a replication job '[^']+' for guest '\d+' - Please remove that first\.?$/,
  /^checksum mismatch \(file change by other user\?\)$/,
  /^detected modified configuration - file changed by other user\? Try again\.?$/,
  /^VM \d+ already running$/,
  /^you can't start a (?:vm|CT) if it's a template$/,
  /^unable to create (?:VM|CT) \d+ - (?:VM|CT) \d+ already exists on node '[^']+'$/,
];

/** The worker left no status line: killed, crashed, or its node rebooted. A stale lock is likely. */
const withoutStatus = /^(?:unexpected status|unable to (?:get last line from|open) task log\b.*|unable to parse .*status.*)$/;

/** A destroy that cannot free a volume goes on, and on 8.4 ends with OK: only its log tells (recorded exchange 686). */
const leftBehind = (log: readonly string[]): readonly string[] => log.flatMap((line) => /Could not remove disk '([^']+)', check manually/.exec(line)?.[1] ?? []);

export function taskEnd(exitstatus: string, log: readonly string[]): TaskEnd {
  const text = exitstatus.trim();
  if (text === 'OK') return { kind: 'ok', warnings: 0, leftBehind: leftBehind(log), log };
  const warnings = /^WARNINGS: (\d+)$/.exec(text)?.[1];
  if (warnings !== undefined) return { kind: 'ok', warnings: Number(warnings), leftBehind: leftBehind(log), log };
  if (text === '' || withoutStatus.test(text)) return { kind: 'lost', text: `the task ended without a status (${text === '' ? 'empty' : text}): its worker was killed or its node went down` };
  return { kind: earlyRefusals.some((refusal) => refusal.test(text)) ? 'refused' : 'failed', exitstatus: text, log };
}
