// Disks, interfaces and tags as a branch wants them, for guests to be made and for guests that stand: read once, refused by name.
import { ok, refuse, type GuestId, type Result } from '../../kernel';
import { isPlainPropertyValue, macFor, quarantineTag, type GuestKind, type WantedDisk, type WantedNic } from '../../guest';
import type { PlanInput } from './draft-parts';
import { customField, isSet, text, wholeOf, type Data } from './fields';
import type { GuestChange } from './grouping';
import type { ClusterWorld } from './world';

const indexLimits: Readonly<Record<string, number>> = { scsi: 30, virtio: 15, sata: 5, ide: 3, net: 31 };
const slotOk = (name: string, buses: readonly string[]): boolean => {
  const match = /^([a-z]+)(0|[1-9]\d*)$/.exec(name);
  return match !== null && buses.includes(match[1] ?? '') && Number(match[2]) <= (indexLimits[match[1] ?? ''] ?? -1);
};

/** `vm` tells the storage where the disk names none. */
export function wantedDisk(kind: GuestKind, disk: Data, vm: Data, world: ClusterWorld, input: PlanInput): Result<WantedDisk> {
  const slot = text(disk['name']) ?? '';
  const sizeMib = wholeOf(disk['size']);
  const storage = text(customField(disk, input.fields.diskStorage)) ?? text(customField(vm, input.fields.storage)) ?? world.settings.defaultStorage;
  if (kind === 'lxc' && slot !== 'rootfs') return refuse('create.disk-slot', 'The disk has no usable slot.', `name ${JSON.stringify(slot)}`, 'Name the disk of a container rootfs: a mount point needs a path, for which NetBox has no field.');
  if (kind === 'qemu' && !slotOk(slot, ['scsi', 'virtio', 'sata', 'ide'])) return refuse('create.disk-slot', 'The disk has no usable slot.', `name ${JSON.stringify(slot)}`, 'Name the disk by bus and index: scsi0, virtio1, sata0, ide2.');
  if (sizeMib === null || sizeMib <= 0) return refuse('create.size', 'The disk has no usable size.', `size ${JSON.stringify(disk['size'] ?? null)}`, 'Give the size in MB (read as MiB).');
  if (storage === null) return refuse('create.storage', 'No storage is named for the disk.', `${input.fields.diskStorage} and the cluster's defaultStorage are empty`, `Set ${input.fields.diskStorage} on the disk or the VM.`);
  if (!isPlainPropertyValue(storage) || storage.includes(':')) return refuse('create.storage', 'The storage name is not one.', JSON.stringify(storage), 'Name a Proxmox storage id.');
  return ok({ slot, storage, sizeMib });
}

export function wantedNic(interfaceId: number, nic: Data, change: GuestChange, guestId: GuestId, world: ClusterWorld, input: PlanInput): Result<Omit<WantedNic, 'addresses'>> {
  const slot = text(nic['name']) ?? '';
  if (!slotOk(slot, ['net'])) return refuse('create.nic-slot', 'The interface has no usable slot.', `name ${JSON.stringify(slot)}`, 'Name the interface net0 ... net31.');
  const link = wantedLink(nic, world, input);
  if (!link.ok) return link;
  const given = change.macs.filter((diff) => diff.modified?.['assigned_object_id'] === interfaceId).map((diff) => ({ id: diff.objectId, mac: text(diff.modified?.['mac_address']) }));
  const primary = given.find((mac) => mac.id === nic['primary_mac_address']) ?? given[0];
  const mac = (primary?.mac ?? macFor(guestId, slot)).toUpperCase();
  if (!/^[0-9A-F][02468ACE](:[0-9A-F]{2}){5}$/.test(mac)) return refuse('create.mac', 'The MAC address is not a unicast one.', mac, 'Give a unicast MAC address, or none.');
  return ok({ slot, ...link.value, mac });
}

/** Bridge, VLAN, MTU and state of an interface, without its name and MAC address. */
export function wantedLink(nic: Data, world: ClusterWorld, input: PlanInput): Result<Pick<WantedNic, 'bridge' | 'tag' | 'mtu' | 'isUp'>> {
  const bridge = text(customField(nic, input.fields.bridge)) ?? world.settings.defaultBridge;
  const mtu = wholeOf(nic['mtu']);
  if (bridge === null) return refuse('create.bridge', 'No bridge is named for the interface.', `${input.fields.bridge} and the cluster's defaultBridge are empty`, `Set ${input.fields.bridge} on the interface.`);
  if (!isPlainPropertyValue(bridge)) return refuse('create.bridge', 'The bridge name is not one.', JSON.stringify(bridge), 'Name a Proxmox bridge.');
  // virtio takes 1 (the bridge's own) to 65520 (Proxmox VE 8.4, `net[n]`).
  if (isSet(nic['mtu']) && (mtu === null || mtu < 576 || mtu > 65_520)) return refuse('create.mtu', 'The MTU is not one that Proxmox takes.', `mtu ${JSON.stringify(nic['mtu'])}`, 'Give an MTU of 576 to 65520, or none.');
  if (isSet(nic['mode']) && nic['mode'] !== 'access') return refuse('change.not-supported', 'Tagged VLANs are not supported.', `mode ${JSON.stringify(nic['mode'])}`, 'Use an untagged VLAN.');
  if (isSet(nic['tagged_vlans']) || isSet(nic['qinq_svlan'])) return refuse('change.not-supported', 'Tagged VLANs are not supported.', `tagged_vlans ${JSON.stringify(nic['tagged_vlans'])}`, 'Use an untagged VLAN.');
  const vlanId = nic['untagged_vlan'];
  const tag = typeof vlanId === 'number' ? (input.content.lookups.vlans.get(vlanId) ?? null) : null;
  if (typeof vlanId === 'number' && tag === null) return refuse('create.vlan', 'The VLAN could not be found.', `VLAN with NetBox id ${vlanId}`, 'Look whether the VLAN still exists in main.');
  return ok({ bridge, tag, mtu, isUp: nic['enabled'] !== false });
}

/** Slugs of these tag names, lower case as Proxmox keeps them. */
export function tagSlugs(tags: unknown, input: Pick<PlanInput, 'content'>): Result<readonly string[]> {
  const names = Array.isArray(tags) ? tags.map(String) : [];
  const slugs = names.map((name) => input.content.lookups.tags.get(name));
  const unknown = names.filter((_name, index) => slugs[index] === undefined);
  return unknown.length > 0
    ? refuse('create.tags', 'A tag could not be found.', unknown.join(', '), 'Look whether the tag still exists in NetBox.')
    : ok([...new Set(slugs.filter((slug) => slug !== undefined).map((slug) => slug.toLowerCase()))].sort());
}

/** Tags that a branch would put on or take off. Refused: the one by which Sluice knows its quarantine (P22). */
export const notReserved = (tags: readonly string[]): Result<void> =>
  (tags.includes(quarantineTag) ? refuse('tags.reserved', 'A tag is Sluice\'s own.', `the tag ${quarantineTag} is Sluice's own`, 'Take it out of the branch: Sluice puts it on and takes it off by itself.') : ok(undefined));
