// Disks: a new one is made, a bigger one grown to an absolute size. One that is taken out is detached and its volume stays with the
// guest: nothing is freed by a merge, and the disk that it boots from is never taken (FEATURES D4). Carries P21.
import { partKey, type GuestConfig } from '../../../guest';
import type { ChangeDiff } from '../../../netbox/ports';
import { conflictsIn } from '../conflicts';
import { customField, wholeOf, type Data } from '../fields';
import { wantedDisk } from '../wanted-parts';
import { joinParts, notSupported, noted, nothing, refused, steps, type Concern, type Part, type UpdateScene } from './concern';

export const disks: Concern = { fields: [], rows: 'disks', draft: (scene) => joinParts(scene.change.disks.map((diff) => ofRow(scene, diff))) };

/** Hot-plugged at once by a running VM; ide and sata would wait for the next start (Proxmox VE 8.4). */
const isHotPlugged = (slot: string): boolean => /^(?:scsi|virtio)\d+$/.test(slot);

function ofRow(scene: UpdateScene, diff: ChangeDiff): Part {
  const object = `disk ${diff.repr} of ${scene.object}`;
  const conflicts = conflictsIn(diff, object);
  if (conflicts.length > 0) return { ...nothing, findings: conflicts };
  if (diff.original === null) return add(scene, diff.modified ?? {}, object);
  if (diff.modified === null) return detach(scene, diff.original, object);
  return change(scene, diff.original, diff.modified, object);
}

function add(scene: UpdateScene, disk: Data, object: string): Part {
  const { target: { link, seen: { config, hasProcess } }, world, input, change: { vm } } = scene;
  if (link.kind === 'lxc') return { ...nothing, findings: [notSupported(object, 'a mount point needs a path, for which NetBox has no field')] };
  const wanted = wantedDisk(link.kind, disk, vm?.modified ?? input.content.lookups.vms.get(scene.change.netboxVmId) ?? {}, world, input);
  if (!wanted.ok) return refused(wanted.error.code, object, wanted.error.observed, wanted.error.next);
  const { slot, storage, sizeMib } = wanted.value;
  const there = config.disks.find((each) => each.slot === slot);
  if (there?.storage === storage && there.sizeMib === sizeMib) return nothing;
  if (config.raw[slot] !== undefined) return refused('disk.slot-taken', object, `${slot} already holds ${config.raw[slot]}`, 'Name a free slot: Proxmox would turn what is there into an unused volume.');
  if (hasProcess && !isHotPlugged(slot)) return refused('update.offline-only-key', object, `it is running and a disk on ${slot} is added only while it is stopped`, 'Use scsi or virtio, or shut it down first.');
  return steps({ [partKey('disk', slot)]: 'absent' }, { kind: 'disk-add', slot, before: null, after: `${sizeMib} MiB on ${storage}`, storage, sizeMib });
}

function change(scene: UpdateScene, before: Data, after: Data, object: string): Part {
  const { input, target: { seen: { config } } } = scene;
  const storageField = input.fields.diskStorage;
  const moved = customField(before, storageField) !== customField(after, storageField);
  const other = before['name'] !== after['name'] ? `name: ${JSON.stringify(before['name'])} -> ${JSON.stringify(after['name'])}` : before['virtual_machine'] !== after['virtual_machine'] ? 'it would move to another VM' : moved ? `${storageField}: ${JSON.stringify(customField(before, storageField) ?? null)} -> ${JSON.stringify(customField(after, storageField) ?? null)}` : null;
  if (other !== null) return { ...nothing, findings: [notSupported(object, other)] };
  const [believed, want] = [wholeOf(before['size']), wholeOf(after['size'])];
  if (believed === want) return nothing;
  const slot = String(after['name']);
  const disk = config.disks.find((each) => each.slot === slot);
  if (disk === undefined) return refused('disk.absent', object, `the guest has no disk on ${slot}`, 'Bring main up to date with what runs, sync the branch, and decide again.');
  if (want === null || want <= 0) return refused('create.size', object, `size ${JSON.stringify(after['size'])}`, 'Give the size in MB (read as MiB).');
  if (want === disk.sizeMib) return nothing;
  if (disk.sizeMib === null || want < disk.sizeMib) return refused('disk.removal', object, `the branch shrinks it from ${disk.sizeMib ?? 'an unknown size'} to ${want} MB`, 'Proxmox cannot shrink a disk: set the size back.');
  if (believed !== disk.sizeMib) return drifted(object, believed, disk.sizeMib);
  return steps({ [partKey('disk', slot)]: disk.volume, [partKey('size', slot)]: disk.sizeMib }, { kind: 'disk-grow', slot, before: disk.sizeMib, after: want });
}

function detach(scene: UpdateScene, disk: Data, object: string): Part {
  const { target: { link, seen: { config, hasProcess } } } = scene;
  const slot = String(disk['name']);
  const there = config.disks.find((each) => each.slot === slot);
  if (there === undefined) return nothing;
  if (isBootDisk(config, slot)) return refused('disk.removal', object, `the guest boots from ${slot}`, 'A disk that a guest boots from is not taken out by a merge: put it back in the branch.');
  if (link.kind === 'lxc') return { ...nothing, findings: [notSupported(object, `the mount point ${slot} would be taken out`)] };
  const believed = wholeOf(disk['size']);
  // Another size is another disk, for all that can be known: somebody may have put theirs into the slot.
  if (believed !== there.sizeMib) return drifted(object, believed, there.sizeMib);
  if (hasProcess && !isHotPlugged(slot)) return refused('update.offline-only-key', object, `it is running and a disk on ${slot} is taken out only while it is stopped`, 'Shut it down first.');
  return joinParts([
    steps({ [partKey('disk', slot)]: there.volume }, { kind: 'disk-detach', slot, before: `${there.volume} (${there.sizeMib ?? 'unknown'} MiB)`, after: null }),
    noted('disk.stays', object, `its volume ${there.volume} stays with the guest, unused`, 'Nothing is freed by a merge: whoever is sure removes the unused volume in Proxmox.'),
  ]);
}

const drifted = (object: string, believed: number | null, live: number | null): Part => ({
  ...refused('change.drifted', object, `size: NetBox main says ${believed ?? 'none'}, Proxmox has ${live ?? 'an unknown size'}`, 'Bring main up to date with what runs, sync the branch, and decide again.'),
  drift: [{ object, property: 'size', netbox: String(believed), proxmox: String(live) }],
});

/** Anything in the boot order, the only disk there is, and a container's rootfs. No boot order: Proxmox takes the first (VE 8.4), so every first one counts. */
function isBootDisk(config: GuestConfig, slot: string): boolean {
  const order = /(?:^|,)order=([^,]*)/.exec(config.raw['boot'] ?? '')?.[1];
  const first = order === undefined || order === '' ? config.disks.map((disk) => disk.slot).slice(0, 1) : order.split(';');
  return slot === 'rootfs' || config.disks.length === 1 || first.includes(slot) || config.raw['bootdisk'] === slot;
}
