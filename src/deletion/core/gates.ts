// Carries P13, P20, P21, P30: everything that stands between a guest and its end, as one list. A gate that could not be looked
// at is as shut as one that is refused. Nothing here is ever cleared on somebody's behalf.
import type { Fault, Observed, Refusal, Result, Vmid } from '../../kernel';
import { describe, sameGuest, whyProtected, whyWithheld, type GuestConfig, type GuestIdentity } from '../../guest';
import type { BackupRow, ClusterStatus, GuestRow, PendingRow, PowerStatus } from '../../proxmox/ports';
import { basesOf, volumesOf } from './volumes';
import type { PowerOff } from './request';

export interface Gate {
  readonly name: GateName;
  readonly verdict: 'ok' | 'refused' | 'unknown';
  readonly observed: string;
  readonly next: string;
}

export type GateName = 'consent' | 'protected' | 'cluster' | 'guest' | 'identity' | 'duplicate' | 'power' | 'protection' | 'ha' | 'replication' | 'lock' | 'template' | 'disks' | 'pool' | 'rights' | 'pending' | 'backup';

/** `ask` and `quarantine` may meet a running guest where the terms allow to shut it down; `destroy` never (P20). */
export type GatePhase = 'ask' | 'quarantine' | 'destroy';

/** What the policy and the configuration say (FEATURES A1, F7). */
export interface HouseRules { readonly isAllowed: boolean; readonly allowWrites: boolean; readonly protectedGuests: readonly string[] }

/** What was looked at; each part is a value or the trouble that hid it. */
export interface Observations {
  readonly target: GuestIdentity;
  readonly status: Observed<ClusterStatus>;
  readonly guests: Observed<readonly GuestRow[]>;
  /** The configuration at the place where the list shows the guest. */
  readonly config: Observed<GuestConfig>;
  readonly power: Observed<PowerStatus>;
  readonly pending: Observed<readonly PendingRow[]>;
  /** Every other guest of the cluster: who else says to be this one, who else uses its disks. */
  readonly others: Observed<readonly GuestConfig[]>;
  readonly ha: Observed<readonly Vmid[]>;
  readonly replicated: Observed<readonly Vmid[]>;
  readonly backups: Observed<readonly BackupRow[]>;
  readonly deletablePools: readonly string[];
  readonly house: HouseRules;
  /** The self-check of lender and destroy; null where the asking role cannot make it. */
  readonly rights: Result<void> | null;
}

export function judgeGates(seen: Observations, phase: GatePhase, powerOff: PowerOff): readonly Gate[] {
  return [
    consent(seen), protectedGuest(seen), cluster(seen), guest(seen), identity(seen), duplicate(seen), power(seen, phase, powerOff), protection(seen), ha(seen), replication(seen), lock(seen), template(seen), disks(seen), pool(seen),
    ...(seen.rights === null ? [] : [rights(seen.rights)]), pending(seen), backup(seen),
  ];
}

export const isOpen = (gates: readonly Gate[]): boolean => gates.length > 0 && gates.every((gate) => gate.verdict === 'ok');

const order = { refused: 0, unknown: 1, ok: 2 } as const;
/** Refused first, then unknown: the order of the card. */
export const refusedFirst = (gates: readonly Gate[]): readonly Gate[] => [...gates].sort((a, b) => order[a.verdict] - order[b.verdict]);

/** All shut gates in one refusal. */
export function gatesRefusal(gates: readonly Gate[]): Refusal {
  const shut = refusedFirst(gates).filter((gate) => gate.verdict !== 'ok');
  return {
    code: shut.some((gate) => gate.verdict === 'refused') ? `deletion.gate-${shut[0]?.name ?? 'none'}` : 'deletion.gate-unknown',
    summary: shut.length === 1 ? 'A gate does not let this deletion pass.' : `${shut.length} gates do not let this deletion pass.`,
    observed: shut.map((gate) => `${gate.name}: ${gate.observed}`).join('; '),
    next: [...new Set(shut.map((gate) => gate.next))].join(' '),
  };
}

const pass = (name: GateName, observed: string): Gate => ({ name, verdict: 'ok', observed, next: '' });
const shut = (name: GateName, observed: string, next: string): Gate => ({ name, verdict: 'refused', observed, next });
const hidden = (name: GateName, fault: Fault): Gate => ({ name, verdict: 'unknown', observed: `${fault.where}: ${fault.text}`, next: 'Repair what keeps this from being read, then ask again.' });

function consent({ house, target }: Observations): Gate {
  const withheld = whyWithheld(house.isAllowed, { name: target.cluster, allowWrites: house.allowWrites });
  return withheld === null ? pass('consent', 'the policy and the cluster allow writes') : shut('consent', withheld.observed, withheld.next);
}

function protectedGuest({ house, target, config }: Observations): Gate {
  const listed = whyProtected({ ...target, tags: [] }, house.protectedGuests);
  if (listed === null && !config.ok) return hidden('protected', config.error);
  const why = listed ?? whyProtected({ ...target, tags: config.ok ? config.value.tags : [] }, []);
  return why === null ? pass('protected', 'not a protected guest') : shut('protected', why, 'Nothing deletes it through Sluice: what runs NetBox or Sluice is removed by hand.');
}

function cluster({ status, guests, target }: Observations): Gate {
  if (!status.ok) return hidden('cluster', status.error);
  if (!status.value.quorate) return shut('cluster', 'the cluster has no quorum', 'Bring the missing nodes back.');
  if (!guests.ok) return hidden('cluster', guests.error);
  const row = guests.value.find((candidate) => candidate.vmid === target.vmid);
  const node = status.value.nodes.find((candidate) => candidate.name === row?.node);
  if (row !== undefined && node?.online !== true) return shut('cluster', `node ${row.node} is ${node === undefined ? 'not in the cluster' : 'offline'}`, 'Bring the node back.');
  return pass('cluster', `quorum, ${status.value.nodes.filter((one) => one.online).length} of ${status.value.nodes.length} nodes online`);
}

function guest({ guests, target }: Observations): Gate {
  if (!guests.ok) return hidden('guest', guests.error);
  const rows = guests.value.filter((row) => row.vmid === target.vmid);
  const [row] = rows;
  if (row === undefined) return shut('guest', `VMID ${target.vmid} is not in the list of guests`, 'Look whether it was removed in Proxmox or is hidden from the reflect token.');
  if (rows.length > 1 || row.kind !== target.kind) return shut('guest', rows.map((one) => `${one.kind} ${one.vmid} on ${one.node}`).join(', '), 'Ask again for the guest that is there now.');
  return pass('guest', `${row.kind} ${row.vmid} on ${row.node}`);
}

function identity({ config, target }: Observations): Gate {
  if (!config.ok) return hidden('identity', config.error);
  const same = sameGuest(target, config.value);
  return same.ok ? pass('identity', describe(target)) : shut('identity', same.error.observed, same.error.next);
}

/** A restored copy has the uuid, the MACs and the marker of its original: then nobody can say which one was meant. */
function duplicate({ target, others }: Observations): Gate {
  if (!others.ok) return hidden('duplicate', others.error);
  const twins = others.value.filter((other) => {
    const { marker } = other.description;
    const sameMarker = marker.kind === 'one' && marker.guestId === target.guestId;
    const sameUuid = target.kind === 'qemu' && other.uuid === target.uuid;
    const sameMacs = target.kind === 'lxc' && other.nics.some((nic) => nic.mac !== null && target.macs.includes(nic.mac));
    return sameMarker || sameUuid || sameMacs;
  });
  return twins.length === 0
    ? pass('duplicate', `no other of ${others.value.length} guests has this identity`)
    : shut('duplicate', twins.map((twin) => `${twin.kind} ${twin.vmid} has the same marker, uuid or MAC`).join(', '), 'Give the copy an identity of its own, then ask again.');
}

function power({ power: seen, config }: Observations, phase: GatePhase, powerOff: PowerOff): Gate {
  if (!seen.ok) return hidden('power', seen.error);
  if (!seen.value.hasProcess) {
    return config.ok && config.value.lock === 'suspended' ? shut('power', 'it is suspended to disk', 'Resume it and shut it down, then ask again.') : pass('power', `off (${seen.value.status})`);
  }
  if (phase === 'destroy' || powerOff === 'refuse') return shut('power', `it is running (${seen.value.status}), up ${seen.value.uptimeSeconds} s`, 'Shut it down in Proxmox, then ask again.');
  return pass('power', `running (${seen.value.status}); approval ${powerOff === 'shutdown' ? 'shuts it down' : 'shuts it down, or stops it,'} at the start of the window`);
}

function protection({ config }: Observations): Gate {
  if (!config.ok) return hidden('protection', config.error);
  return config.value.protection ? shut('protection', 'protection is on', 'Clear protection by hand in Proxmox: Sluice never does.') : pass('protection', 'protection is off');
}

function ha({ ha: managed, power: seen, target }: Observations): Gate {
  if (!managed.ok) return hidden('ha', managed.error);
  if (!seen.ok) return hidden('ha', seen.error);
  return managed.value.includes(target.vmid) || seen.value.haManaged ? shut('ha', 'it is an HA resource', 'Take it out of HA in Proxmox, then ask again.') : pass('ha', 'not managed by HA');
}

function replication({ replicated, target }: Observations): Gate {
  if (!replicated.ok) return hidden('replication', replicated.error);
  return replicated.value.includes(target.vmid) ? shut('replication', 'it has a replication job', 'Remove the replication job in Proxmox, then ask again.') : pass('replication', 'not replicated');
}

function lock({ config, power: seen }: Observations): Gate {
  if (!config.ok) return hidden('lock', config.error);
  if (!seen.ok) return hidden('lock', seen.error);
  const held = config.value.lock ?? seen.value.lock;
  return held === null ? pass('lock', 'not locked') : shut('lock', `lock: ${held}`, 'Wait until the backup, snapshot or migration has ended; a stale lock is removed by hand on the node.');
}

function template({ config, others }: Observations): Gate {
  if (!config.ok) return hidden('template', config.error);
  if (!config.value.isTemplate) return pass('template', 'not a template');
  if (!others.ok) return hidden('template', others.error);
  const bases = volumesOf(config.value);
  const clones = others.value.filter((other) => volumesOf(other).some((volume) => basesOf(volume.id).includes(config.value.vmid)));
  if (clones.length > 0) return shut('template', `linked clones: ${clones.map((clone) => clone.vmid).join(', ')}`, 'Delete or unlink the clones first.');
  // Only where a clone's volume names its base can "no clones" be seen; block storages (LVM-thin) do not say.
  const blind = bases.filter((volume) => !volume.showsClones);
  return blind.length > 0
    ? { name: 'template', verdict: 'unknown', observed: `clones of ${blind.map((volume) => volume.id).join(', ')} cannot be seen`, next: 'Such a template is removed by hand in Proxmox.' }
    : pass('template', 'a template without linked clones');
}

function disks({ config, others, target }: Observations): Gate {
  if (!config.ok) return hidden('disks', config.error);
  if (!others.ok) return hidden('disks', others.error);
  const own = volumesOf(config.value);
  const foreign = own.filter((volume) => volume.owner !== target.vmid);
  if (foreign.length > 0) return shut('disks', foreign.map((volume) => `${volume.slot}: ${volume.id} ${volume.owner === null ? 'names no owner' : `belongs to ${volume.owner}`}`).join(', '), 'Detach what does not belong to this guest by hand in Proxmox.');
  const ids = new Set(own.map((volume) => volume.id));
  const sharers = others.value.filter((other) => volumesOf(other).some((volume) => ids.has(volume.id) || volume.owner === target.vmid));
  return sharers.length > 0
    ? shut('disks', `used by ${sharers.map((other) => `${other.kind} ${other.vmid}`).join(', ')} too`, 'Move the disk to the guest that shall keep it, then ask again.')
    : pass('disks', `${own.length} volumes, used by nobody else`);
}

function pool({ guests, target, deletablePools }: Observations): Gate {
  if (!guests.ok) return hidden('pool', guests.error);
  const row = guests.value.find((candidate) => candidate.vmid === target.vmid);
  const name = row?.pool ?? null;
  const allowed = deletablePools.join(', ') || 'none is configured';
  if (name === null) return shut('pool', 'it is in no pool', `Deletable pools: ${allowed}.`);
  return deletablePools.includes(name) ? pass('pool', name) : shut('pool', `pool ${name} is not deletable through Sluice`, `Deletable pools: ${allowed}.`);
}

const rights = (seen: Result<void>): Gate => (seen.ok ? pass('rights', 'lender and destroy hold exactly what they should') : shut('rights', seen.error.observed, seen.error.next));

function pending({ pending: rows }: Observations): Gate {
  if (!rows.ok) return hidden('pending', rows.error);
  const open = rows.value.filter((row) => row.delete || (row.pending !== null && row.pending !== row.value));
  return open.length === 0 ? pass('pending', 'no pending values') : shut('pending', `pending: ${open.map((row) => row.key).join(', ')}`, 'Apply or revert the pending values in Proxmox, then ask again.');
}

/** For the eye only: a guest without a backup may be deleted, but nobody shall do it unknowingly. */
function backup({ backups }: Observations): Gate {
  if (!backups.ok) return pass('backup', `whether a backup exists could not be read (${backups.error.text})`);
  const last = [...backups.value].sort((a, b) => b.ctime - a.ctime)[0];
  return pass('backup', last === undefined ? 'no backup can be seen: Proxmox shows a token without VM.Backup none, so look there' : `last backup ${new Date(last.ctime * 1000).toISOString()} on ${last.storage}, ${last.verified === true ? 'verified' : last.verified === false ? 'verification failed' : 'not verified'}`);
}
