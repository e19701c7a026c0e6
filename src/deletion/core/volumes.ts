// Carries P21: which volumes a configuration names and whose they are, read from the volume ids themselves. Proxmox frees
// what carries the guest's VMID, wherever it stands in the configuration (Proxmox VE 8.4).
import { parsePropertyString, type GuestConfig } from '../../guest';

export interface Volume {
  readonly slot: string;
  readonly id: string;
  /** The VMID in the volume's name; null when the name says none (a device or path passed through). */
  readonly owner: number | null;
  /** True where a clone's volume id would name this base, so that "no clones" can be seen. */
  readonly showsClones: boolean;
}

const diskKey = /^(?:scsi|virtio|sata|ide|efidisk|tpmstate|unused|mp)\d+$|^rootfs$|^vmstate$/;
const ownedName = /^(?:vm|base|subvol|basevol)-(\d+)-/;
/** File storages keep `VMID/base-...`, and their clones say `VMID/base-.../CLONE/vm-...`. */
const fileBase = /^[^:]+:\d+\/base-/;

const segmentsOf = (volume: string): readonly string[] => volume.slice(volume.indexOf(':') + 1).split('/');

/** VMIDs of the bases that a linked clone's volume id names. */
export function basesOf(volume: string): readonly number[] {
  return segmentsOf(volume).slice(0, -1).flatMap((segment) => {
    const owner = /^base(?:vol)?-(\d+)-/.exec(segment)?.[1];
    return owner === undefined ? [] : [Number(owner)];
  });
}

export function volumesOf(config: GuestConfig): readonly Volume[] {
  return Object.entries(config.raw).flatMap(([slot, value]) => {
    if (!diskKey.test(slot)) return [];
    const property = parsePropertyString(value);
    // A text that nobody can read is a volume of nobody: the gate refuses it.
    if (!property.ok) return [{ slot, id: value, owner: null, showsClones: false }];
    const id = property.value.bare ?? property.value.pairs.get('file') ?? property.value.pairs.get('volume') ?? '';
    const name = segmentsOf(id).at(-1) ?? '';
    const isMedium = property.value.pairs.get('media') === 'cdrom' && ownedName.exec(name) === null;
    if (id === 'none' || id === 'cdrom' || isMedium) return [];
    const owner = ownedName.exec(name)?.[1];
    return [{ slot, id, owner: owner === undefined ? null : Number(owner), showsClones: fileBase.test(id) }];
  });
}
