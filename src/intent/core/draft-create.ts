// A VM that the branch creates: everything about it is decided here (P2). What the branch wants and this version cannot
// make yet is refused by name, so that no half of a wish is built (FEATURES A6: an empty shell reported as succeeded).
import { ok, refuse, scrubText, type GuestId, type Result } from '../../kernel';
import { isHumanText, isInRange, type GuestSpec } from '../../guest';
import { emptyDraft, onlyFindings, type Draft, type PlanInput } from './draft-parts';
import { customField, isSet, text, wholeOf, type Data } from './fields';
import { findTarget } from './find-target';
import type { GuestChange } from './grouping';
import type { ChangeDiff } from '../../netbox/ports';
import type { Finding } from './plan';
import type { Step } from './step';
import { tagSlugs, wantedDisk, wantedNic } from './wanted-parts';
import { vmLabel } from './which-cluster';
import type { ClusterWorld } from './world';

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
  for (const field of input.fields.notYet) {
    const value = customField(wanted, field);
    if (isSet(value)) refused('change.not-supported', `custom field ${field} is set (${JSON.stringify(value)})`, 'This version makes blank VMs only: clear the field, or create the guest by hand and adopt it.');
  }
  const onBoot = wanted['start_on_boot'] ?? 'off';
  if (onBoot !== 'off' && onBoot !== 'on') refused('create.on-boot', `start_on_boot ${JSON.stringify(onBoot)}`, 'Proxmox knows on and off: set one of them.');
  for (const [what, rows] of [['disk', change.disks], ['interface', change.interfaces], ['MAC address', change.macs]] as const) {
    for (const diff of rows.filter(isTakenOver)) refused('change.not-supported', `the branch would ${diff.action} it`, 'A new VM takes nothing over from another one: make it new in the branch.', `${what} ${diff.repr} of ${object}`);
  }
  const kind = customField(wanted, input.fields.kind);
  if (kind !== 'qemu') refused('create.kind', kind === 'lxc' ? 'a container is wanted' : `custom field ${input.fields.kind} is ${JSON.stringify(kind ?? null)}`, kind === 'lxc' ? 'This version creates VMs only.' : 'Set it to qemu or lxc.');
  const status = wanted['status'];
  if (status !== 'active' && status !== 'planned' && status !== 'staged' && status !== 'offline') refused('create.status', `status ${JSON.stringify(status ?? null)}`, 'A VM is created as planned, staged, offline (left stopped) or active (started).');
  const cores = take(positive(wanted['vcpus'], 'vcpus', 'Give a whole number of vCPUs.'));
  const memoryMib = take(positive(wanted['memory'], 'memory', 'Give the memory in MB (read as MiB).'));
  const node = take(wantedNode(wanted, input));
  const pool = text(customField(wanted, input.fields.pool)) ?? world.settings.managedPools[0] ?? null;
  if (pool === null || !world.settings.managedPools.includes(pool)) refused('guest.pool-rights', `pool ${pool ?? 'none'} is not managed by Sluice`, `Name one of: ${world.settings.managedPools.join(', ') || 'none is configured'} (sluice setup proxmox --print).`);
  const tags = take(tagSlugs(wanted['tags'], input));
  const allocation = input.allocations.get(change.netboxVmId);
  const wantedVmid = wholeOf(customField(wanted, input.fields.vmid));
  if (allocation === undefined) refused('vmid.free-and-in-range', ...noVmid(wantedVmid, world, input.fields.vmid));
  const human = text(wanted['description']) ?? '';
  if (scrubText(human) !== human) refused('create.description', 'the description holds what looks like a secret', 'Take it out: a description is kept and shown.');
  else if (!isHumanText(human)) refused('create.description', `description ${JSON.stringify(human)} holds a marker of Sluice`, 'Take the marker out of the description: Sluice writes it itself.');
  if (allocation !== undefined && wantedVmid !== null && wantedVmid !== allocation.vmid) refused('vmid.free-and-in-range', `VMID ${wantedVmid} is wanted, ${allocation.vmid} was given to this object before`, `Clear ${input.fields.vmid} or set it to ${allocation.vmid}.`);

  const guestId = allocation?.guestId ?? ('' as GuestId);
  const disks = change.disks.flatMap((diff) => take(wantedDisk(diff.modified ?? {}, wanted, world, input), `disk ${diff.repr} of ${object}`) ?? []);
  const nics = change.interfaces.flatMap((diff) => take(wantedNic(diff.objectId, diff.modified ?? {}, change, guestId, world, input), `interface ${diff.repr} of ${object}`) ?? []);
  const infos: Finding[] = change.ips.map((diff) => ({ rule: 'change.no-counterpart', severity: 'info', object: `address ${diff.repr} of ${object}`, observed: 'an IP address without cloud-init has no counterpart in Proxmox', next: 'Configure it inside the guest.' }));
  if (refusals.length > 0 || cores === null || memoryMib === null || node === null || pool === null || tags === null || allocation === undefined) return onlyFindings(...refusals, ...infos);

  const spec: GuestSpec = {
    kind: 'qemu', vmid: allocation.vmid, guestId, uuid: allocation.uuid, node, pool, name: change.vm?.repr ?? '', cores, memoryMib,
    disks: disks.sort((a, b) => (a.slot < b.slot ? -1 : 1)), nics: nics.sort((a, b) => (a.slot < b.slot ? -1 : 1)),
    human, tags, onBoot: onBoot === 'on', start: status === 'active',
  };
  return { ...emptyDraft, findings: infos, actions: [{ kind: 'create', netboxVmId: change.netboxVmId, cluster: world.settings.name, name: spec.name, spec, steps: createSteps(spec), needsReboot: false }] };
}

/** Why none was given, and what to do about it. */
function noVmid(wanted: number | null, { guests, settings: { vmidRange: range } }: ClusterWorld, field: string): readonly [observed: string, next: string] {
  if (!guests.ok) return ['which VMIDs are taken is not known', 'Repair what keeps the guests from being listed, then plan again.'];
  if (wanted === null) return [`no VMID is left in ${range.first}-${range.last}`, 'Widen the VMID range of the cluster in the configuration.'];
  return [isInRange(range, wanted) ? `VMID ${wanted} is wanted, and it belongs or belonged to a guest` : `VMID ${wanted} is wanted, outside ${range.first}-${range.last}`, `Clear ${field}: Sluice never uses a VMID twice and gives one of its own range.`];
}

/** A row of main that the branch hangs on the new VM. A MAC address that hung on nothing before is free to be taken. */
const isTakenOver = (diff: ChangeDiff): boolean => diff.action !== 'create' && !(diff.objectType === 'dcim.macaddress' && diff.action === 'update' && !isSet(diff.original?.['assigned_object_id']));

const createSteps = (spec: GuestSpec): readonly Step[] => [
  { kind: 'create', before: null, after: `${spec.kind} ${spec.vmid} on ${spec.node}` },
  { kind: 'hand-over', before: 'intake', after: spec.pool },
  ...(spec.tags.length === 0 ? [] : [{ kind: 'tags', before: [], after: spec.tags } as const]),
  ...(spec.start ? [{ kind: 'start', before: 'stopped', after: 'running' } as const] : []),
  { kind: 'stamp', before: null, after: spec.vmid },
];

/** A create whose guest stands: nothing to do where it is as wanted (a fresh plan is empty), a named refusal where it is not. */
function alreadyMade(object: string, change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const target = findTarget(change, world, input, object);
  if ('finding' in target) return onlyFindings(target.finding);
  const { config } = target.seen;
  const wanted = change.vm?.modified ?? {};
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['cores', wholeOf(wanted['vcpus']), config.cores * config.sockets],
    ['memory', wholeOf(wanted['memory']), config.memoryMib],
    ['description', text(wanted['description']) ?? '', config.description.human],
    ['name', wanted['name'], config.name],
    ['disks', change.disks.map((diff) => `${String(diff.modified?.['name'])}:${String(diff.modified?.['size'])}`).sort().join(), config.disks.map((disk) => `${disk.slot}:${disk.sizeMib}`).sort().join()],
    ['interfaces', change.interfaces.map((diff) => String(diff.modified?.['name'])).sort().join(), config.nics.map((nic) => nic.slot).join()],
  ];
  const off = pairs.filter(([, want, have]) => want !== have);
  if (off.length === 0) return emptyDraft;
  return onlyFindings({
    rule: 'create.already-made', severity: 'refusal', object,
    observed: `it exists as ${target.link.kind} ${target.link.vmid} with ${off.map(([what, want, have]) => `${what} ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`).join(', ')}`,
    next: 'Change the existing VM in a branch of its own.',
  });
}

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
