// Carries P9, P10, P13: the one place where evidence for a write is made. Everything is read again in the same step:
// quorum, where the guest stands, who it is, whether it is locked, and whether what the plan was made from still holds.
import { isDeepStrictEqual } from 'node:util';
import { no, ok, refuse, type Fault, type Fresh, type Observed, type Refusal, type Result } from '../kernel';
import { guestName, sameGuest, sameStranger, type GuestConfig, type GuestIdentity } from '../guest';
import type { GuestRow, ProxmoxReader } from '../proxmox/ports';

export interface Rechecked { readonly fresh: Fresh<GuestIdentity>; readonly config: GuestConfig }

/** What of it is kept in the row of the write: by the node a lost task is looked for where the call went. */
export const evidenceOf = ({ fresh }: Rechecked): { readonly identity: GuestIdentity; readonly digest: string; readonly node: string } => ({ identity: fresh.value, digest: fresh.digest, node: fresh.node });

/** What else must still hold for this write, judged over the configuration just read; null = it holds. */
export type Expectation = (config: GuestConfig) => Refusal | null;

/** A fault of a read, as the refusal it becomes when a write depended on it (P30). */
export const faultAsRefusal = (what: string, fault: Fault): Refusal =>
  ({ code: 'proxmox.not-observed', summary: `${what} could not be read, so nothing is sent.`, observed: `${fault.where}: ${fault.text}`, next: 'Repair the connection to Proxmox, then resume.' });

/** A guest just read, as itself; no evidence for a write. */
export interface Seen { readonly node: string; readonly identity: GuestIdentity; readonly config: GuestConfig }

/** Reads the guest again, whatever locks it. Refused: no quorum, gone, hidden, on an offline node, another guest, unreadable. */
export async function lookAt(reader: ProxmoxReader, meant: GuestIdentity, isIt: typeof sameGuest = sameGuest): Promise<Result<Seen>> {
  const place = await locate(reader, meant);
  if (!place.ok) return place;
  const config = await reader.guestConfig(place.value);
  if (!config.ok) return no(faultAsRefusal(`The configuration of ${guestName(meant)}`, config.error));
  const same = isIt(meant, config.value);
  return same.ok ? ok({ node: place.value.node, identity: same.value, config: config.value }) : same;
}

/** The same for a guest that is to be taken in and does not bear its marker yet. */
export const lookAtStranger = (reader: ProxmoxReader, meant: GuestIdentity): Promise<Result<Seen>> => lookAt(reader, meant, sameStranger);

/** The same for a read-back: what could not be read is a fault, a guest that is not the one is a refusal. */
export async function readGuestBack(reader: ProxmoxReader, meant: GuestIdentity, isIt: typeof sameGuest = sameGuest): Promise<Observed<Result<Seen>>> {
  const seen = await lookAt(reader, meant, isIt);
  return !seen.ok && isUnseen(seen.error.code) ? no({ kind: 'not-observed', where: guestName(meant), text: `${seen.error.summary} ${seen.error.observed}` }) : ok(seen);
}

const unseen: ReadonlySet<string> = new Set(['proxmox.not-observed', 'cluster.no-quorum', 'node.offline', 'guest.hidden']);
/** Codes of a look that say nothing about the guest: the world could not be read, so nothing is concluded (P30). */
export const isUnseen = (code: string): boolean => unseen.has(code);

/** Reads the target again and makes the evidence that a write needs. Refused, besides what `lookAt` refuses: locked, expectation broken. */
export const recheck = async (reader: ProxmoxReader, meant: GuestIdentity, expectation: Expectation = () => null): Promise<Result<Rechecked>> => checked(await lookAt(reader, meant), expectation);

/** The same for the one write that makes a guest of somebody else's ours. Refused as well: another marker than the one it is to get. */
export const recheckStranger = async (reader: ProxmoxReader, meant: GuestIdentity, expectation: Expectation): Promise<Result<Rechecked>> => checked(await lookAtStranger(reader, meant), expectation);

function checked(seen: Result<Seen>, expectation: Expectation): Result<Rechecked> {
  if (!seen.ok) return seen;
  const { node, identity, config } = seen.value;
  if (config.lock !== null) return refuse('guest.locked', `${guestName(identity)} is locked.`, `lock: ${config.lock}`, 'Wait for the backup, snapshot or migration to end, then resume; a stale lock is removed by hand on the node.');
  const broken = expectation(config);
  if (broken !== null) return no(broken);
  return ok({ fresh: { value: identity, digest: config.digest, node } as Fresh<GuestIdentity>, config });
}

/** Where the guest stands now: exactly one row of that VMID, on an online node, with quorum. */
export async function locate(reader: ProxmoxReader, meant: { readonly kind: 'qemu' | 'lxc'; readonly cluster: string; readonly vmid: GuestIdentity['vmid'] }): Promise<Result<GuestRow>> {
  const who = guestName(meant);
  const status = await reader.clusterStatus();
  if (!status.ok) return no(faultAsRefusal('The cluster status', status.error));
  if (!status.value.quorate) return refuse('cluster.no-quorum', `Cluster ${meant.cluster} has no quorum.`, 'quorate: 0', 'Bring the missing nodes back, then resume.');
  const guests = await reader.guests();
  if (!guests.ok) return no(faultAsRefusal('The list of guests', guests.error));
  const rows = guests.value.filter((row) => row.vmid === meant.vmid);
  const [row] = rows;
  if (row === undefined) {
    const free = await reader.isVmidFree(meant.vmid);
    if (!free.ok) return no(faultAsRefusal(`Whether VMID ${meant.vmid} is free`, free.error));
    return free.value
      ? refuse('guest.gone', `${who} does not exist any more.`, `nextid says VMID ${meant.vmid} is free`, 'Nothing is left to do here; look who removed it in the Proxmox task log.')
      : refuse('guest.hidden', `${who} exists but the reflect token may not see it.`, 'nextid says the VMID is taken, the list does not show it', 'Give the reflect token its audit rights back.');
  }
  if (rows.length > 1 || row.kind !== meant.kind) return refuse('guest.identity-changed', `${who} is not the guest that was meant.`, rows.map((r) => `${r.kind} ${r.vmid} on ${r.node}`).join(', '), 'Plan again for the guest that is there now.');
  const node = status.value.nodes.find((candidate) => candidate.name === row.node);
  if (node?.online !== true) return refuse('node.offline', `${who} stands on ${row.node}, which is not online.`, `node ${row.node}: ${node === undefined ? 'unknown' : 'offline'}`, 'Wait until the node is back, then resume.');
  return ok(row);
}

/** Says which observed values moved away from the plan's baseline (P6: an absent one is a difference too). */
export function baselineMoved(who: string, baseline: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>): Refusal | null {
  const keys = Object.keys(baseline);
  if (keys.length === 0) return { code: 'baseline.missing', summary: `There is no baseline for ${who}.`, observed: 'an empty baseline', next: 'Plan again.' };
  const moved = keys.filter((key) => baseline[key] === undefined || seen[key] === undefined || !isDeepStrictEqual(baseline[key], seen[key]));
  if (moved.length === 0) return null;
  return {
    code: 'baseline.moved', summary: `${who} is not what the plan was made from.`,
    observed: moved.map((key) => `${key}: planned from ${JSON.stringify(baseline[key] ?? null)}, now ${JSON.stringify(seen[key] ?? null)}`).join('; '),
    next: 'Somebody changed it in Proxmox: plan again from the present state.',
  };
}
