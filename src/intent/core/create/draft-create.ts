// A guest that the branch creates: everything about it is decided here (P2). What the branch wants and Sluice cannot make is refused by
// name, so that no half of a wish is built (FEATURES A6: an empty shell reported as succeeded).
import { ok, refuse, scrubText, type GuestId, type Result } from '../../../kernel';
import { isHumanText, isInRange, mediaSlots, type GuestKind, type GuestSpec } from '../../../guest';
import type { ChangeDiff } from '../../../netbox/ports';
import { emptyDraft, onlyFindings, type Draft, type PlanInput } from '../draft-parts';
import { customField, isSet, text, wholeOf, type Data } from '../fields';
import type { GuestChange } from '../grouping';
import type { Finding } from '../plan';
import { notReserved, tagSlugs, wantedDisk, wantedNic } from '../wanted-parts';
import { vmLabel } from '../which-cluster';
import type { ClusterWorld } from '../world';
import { alreadyMade } from './already-made';
import { addressesOf, cloudInitOf, networkOf, noAddresses, wantsCloudInit } from './cloud-init';
import { originOf } from './origin';
import { createSteps } from './steps';

export function draftCreate(change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const object = vmLabel(change, input);
  const wanted = change.vm?.modified ?? {};
  const link = input.links.get(change.netboxVmId);
  if (link?.state === 'live') return alreadyMade(object, change, world, input);

  const refusals: Finding[] = [];
  const refused = (rule: string, observed: string, next: string, what = object): void => { refusals.push({ rule, severity: 'refusal', object: what, observed, next }); };
  const take = <T>(result: Result<T>, what = object): T | null => {
    if (result.ok) return result.value;
    refused(result.error.code, result.error.observed, result.error.next, what);
    return null;
  };
  for (const field of input.fields.refused) {
    const value = customField(wanted, field);
    if (isSet(value)) refused('change.not-supported', `custom field ${field} is set (${JSON.stringify(value)})`, 'Sluice cannot carry it out: clear the field, or create the guest by hand and adopt it.');
  }
  const onBoot = wanted['start_on_boot'] ?? 'off';
  if (onBoot !== 'off' && onBoot !== 'on') refused('create.on-boot', `start_on_boot ${JSON.stringify(onBoot)}`, 'Proxmox knows on and off: set one of them.');
  for (const [what, rows] of [['disk', change.disks], ['interface', change.interfaces], ['MAC address', change.macs]] as const) {
    for (const diff of rows.filter(isTakenOver)) refused('change.not-supported', `the branch would ${diff.action} it`, 'A new VM takes nothing over from another one: make it new in the branch.', `${what} ${diff.repr} of ${object}`);
  }
  const kind = take(kindOf(customField(wanted, input.fields.kind), input.fields.kind));
  const status = wanted['status'];
  if (status !== 'active' && status !== 'planned' && status !== 'staged' && status !== 'offline') refused('create.status', `status ${JSON.stringify(status ?? null)}`, 'A VM is created as planned, staged, offline (left stopped) or active (started).');
  const cores = take(positive(wanted['vcpus'], 'vcpus', 'Give a whole number of vCPUs.'));
  const memoryMib = take(positive(wanted['memory'], 'memory', 'Give the memory in MB (read as MiB).'));
  const node = take(wantedNode(wanted, input));
  const pool = text(customField(wanted, input.fields.pool)) ?? world.settings.managedPools[0] ?? null;
  if (pool === null || !world.settings.managedPools.includes(pool)) refused('guest.pool-rights', `pool ${pool ?? 'none'} is not managed by Sluice`, `Name one of: ${world.settings.managedPools.join(', ') || 'none is configured'} (sluice setup proxmox --print).`);
  const tags = take(tagSlugs(wanted['tags'], input));
  take(notReserved(tags ?? []));
  const allocation = input.allocations.get(change.netboxVmId);
  const wantedVmid = wholeOf(customField(wanted, input.fields.vmid));
  if (allocation === undefined) refused('vmid.free-and-in-range', ...noVmid(wantedVmid, world, input.fields.vmid));
  const human = text(wanted['description']) ?? '';
  if (scrubText(human) !== human) refused('create.description', 'the description holds what looks like a secret', 'Take it out: a description is kept and shown.');
  else if (!isHumanText(human)) refused('create.description', `description ${JSON.stringify(human)} holds a marker of Sluice`, 'Take the marker out of the description: Sluice writes it itself.');
  if (allocation !== undefined && wantedVmid !== null && wantedVmid !== allocation.vmid) refused('vmid.free-and-in-range', `VMID ${wantedVmid} is wanted, ${allocation.vmid} was given to this object before`, `Clear ${input.fields.vmid} or set it to ${allocation.vmid}.`);

  const guestId = allocation?.guestId ?? ('' as GuestId);
  const found = kind === null ? null : take(originOf(kind, wanted, world, input));
  const network = take(networkOf(wanted, input));
  const hasDrive = found?.template?.usesCloudInit ?? false;
  const cloudInit = kind === null || network === null ? null : take(cloudInitOf(kind, wanted, network, hasDrive, world, input));
  const takesAddresses = kind === 'lxc' || wantsCloudInit(wanted, input);
  const disks = kind === null ? [] : change.disks.flatMap((diff) => take(wantedDisk(kind, diff.modified ?? {}, wanted, world, input), `disk ${diff.repr} of ${object}`) ?? []);
  const nics = change.interfaces.flatMap((diff) => {
    const what = `interface ${diff.repr} of ${object}`;
    const nic = take(wantedNic(diff.objectId, diff.modified ?? {}, change, guestId, world, input), what);
    const addresses = takesAddresses ? take(addressesOf(diff.objectId, change.ips, network?.dhcp ?? false, input), what) : noAddresses;
    return nic === null || addresses === null ? [] : [{ ...nic, addresses }];
  });
  const infos: Finding[] = takesAddresses ? [] : change.ips.map((diff) => ({ rule: 'change.no-counterpart', severity: 'info', object: `address ${diff.repr} of ${object}`, observed: 'an IP address without cloud-init has no counterpart in Proxmox', next: 'Configure it inside the guest.' }));
  if (kind === 'lxc' && found?.origin.kind === 'ostemplate' && !disks.some((disk) => disk.slot === 'rootfs')) refused('create.disk-slot', 'it has no disk rootfs', 'Give the container a virtual disk named rootfs with its size.');
  if (kind === 'lxc' && change.interfaces.length === 0) refused('guest.no-identity', 'it has no interface', 'Give the container an interface net0: a container is known by its MAC addresses.');
  if (found?.origin.kind === 'clone' && cloudInit !== null && !hasDrive) refused('cloud-init.drive', `template ${found.origin.templateName} has no cloud-init drive`, 'Give the template one in Proxmox, or clear the cloud-init fields.');
  if (refusals.length > 0 || kind === null || cores === null || memoryMib === null || node === null || pool === null || tags === null || found === null || allocation === undefined) return onlyFindings(...refusals, ...infos);

  const bySlot = <T extends { readonly slot: string }>(parts: T[]): readonly T[] => parts.sort((a, b) => (a.slot < b.slot ? -1 : 1));
  const spec: GuestSpec = {
    kind, vmid: allocation.vmid, guestId, uuid: allocation.uuid, node, pool, name: change.vm?.repr ?? '', cores, sockets: found.template?.sockets ?? 1, memoryMib, disks: bySlot(disks), nics: bySlot(nics), cloudInit,
    origin: found.origin.kind === 'clone' ? { ...found.origin, storage: text(customField(wanted, input.fields.storage)) } : found.origin, human, tags, onBoot: onBoot === 'on', start: status === 'active',
  };
  const media = mediaSlots(spec);
  const taken = spec.disks.find((disk) => disk.slot === media.iso || disk.slot === media.cloudInit);
  if (taken !== undefined) refused('disk.slot-taken', `${taken.slot} is where ${taken.slot === media.iso ? 'the installation medium' : 'the cloud-init drive'} goes`, 'Name the disk by another slot, such as scsi0.', `disk ${taken.slot} of ${object}`);
  const steps = take(createSteps(spec, found.template));
  if (steps === null || refusals.length > 0) return onlyFindings(...refusals, ...infos);
  return { ...emptyDraft, findings: infos, actions: [{ kind: 'create', netboxVmId: change.netboxVmId, cluster: world.settings.name, name: spec.name, spec, steps, needsReboot: false }] };
}

const kindOf = (value: unknown, field: string): Result<GuestKind> =>
  value === 'qemu' || value === 'lxc' ? ok(value) : refuse('create.kind', 'What kind of guest is wanted is not said.', `custom field ${field} is ${JSON.stringify(value ?? null)}`, 'Set it to qemu or lxc.');

/** Why none was given, and what to do about it. */
function noVmid(wanted: number | null, { guests, settings: { vmidRange: range } }: ClusterWorld, field: string): readonly [observed: string, next: string] {
  if (!guests.ok) return ['which VMIDs are taken is not known', 'Repair what keeps the guests from being listed, then plan again.'];
  if (wanted === null) return [`no VMID is left in ${range.first}-${range.last}`, 'Widen the VMID range of the cluster in the configuration.'];
  const bearer = guests.value.find((row) => row.vmid === wanted);
  if (bearer !== undefined) return [`VMID ${wanted} is wanted, and it belongs to ${bearer.kind} ${bearer.name ?? ''} on ${bearer.node}`, `Clear ${field}: a new VM gets a new guest. To take that guest in, make the VM in main without ${field}, then set ${field} in a branch.`];
  return [isInRange(range, wanted) ? `VMID ${wanted} is wanted, and it belongs or belonged to a guest` : `VMID ${wanted} is wanted, outside ${range.first}-${range.last}`, `Clear ${field}: Sluice never uses a VMID twice and gives one of its own range.`];
}

/** A row of main that the branch hangs on the new VM. A MAC address that hung on nothing before is free to be taken. */
const isTakenOver = (diff: ChangeDiff): boolean => diff.action !== 'create' && !(diff.objectType === 'dcim.macaddress' && diff.action === 'update' && !isSet(diff.original?.['assigned_object_id']));

function positive(value: unknown, what: string, next: string): Result<number> {
  const number = wholeOf(value);
  return number !== null && number > 0 ? ok(number) : refuse('create.size', `${what} is missing or unusable.`, `${what} ${JSON.stringify(value ?? null)}`, next);
}

function wantedNode(wanted: Data, input: PlanInput): Result<string> {
  const named = customField(wanted, input.fields.node);
  if (text(named) !== null) return ok(String(named));
  const deviceId = typeof named === 'number' ? named : wanted['device'];
  const device = typeof deviceId === 'number' ? input.content.lookups.devices.get(deviceId) : undefined;
  return device === undefined
    ? refuse('create.node', 'No node is named.', `${input.fields.node} and device are both empty`, `Set ${input.fields.node} or the VM's device: Sluice does not choose a node.`)
    : ok(device);
}
