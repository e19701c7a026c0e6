// What `GET .../config` says of one guest, as the house speaks of it. Defaults of absent keys are filled here and
// nowhere else (Proxmox VE 8.4: cores 1, sockets 1, memory 512). Unknown keys stay in `raw`.
import { asVmid, notObserved, ok, type ConfigDigest, type Observed, type Vmid } from '../kernel';
import { parseDescription, type Description } from './description';
import { parsePropertyString, type PropertyString } from './property-string';
import { mibOfSize, wholeNumber } from './units';

export type GuestKind = 'qemu' | 'lxc';

export interface Disk { readonly slot: string; readonly volume: string; readonly storage: string; readonly sizeMib: number | null }
export interface Nic { readonly slot: string; readonly mac: string | null; readonly bridge: string | null; readonly tag: number | null; readonly mtu: number | null; readonly isUp: boolean; readonly property: PropertyString }

export interface GuestConfig {
  readonly kind: GuestKind;
  readonly vmid: Vmid;
  readonly digest: ConfigDigest;
  readonly name: string;
  readonly cores: number;
  readonly sockets: number;
  readonly memoryMib: number;
  readonly description: Description;
  readonly tags: readonly string[];
  readonly uuid: string | null;
  /** Unix seconds of creation from `meta: ctime=`; clones copy their template's. */
  readonly ctime: string | null;
  readonly disks: readonly Disk[];
  readonly nics: readonly Nic[];
  readonly lock: string | null;
  readonly isTemplate: boolean;
  readonly protection: boolean;
  /** Starts with its node. */
  readonly onBoot: boolean;
  /** It has a cloud-init drive. */
  readonly usesCloudInit: boolean;
  readonly raw: Readonly<Record<string, string>>;
}

const diskSlot = /^(scsi|virtio|sata|ide)\d+$|^rootfs$|^mp\d+$/;
const truthy = (value: string | undefined): boolean => value === '1' || value === 'on' || value === 'yes' || value === 'true';

/** Tags as Proxmox compares them: lower case, unique, sorted; separators `;`, `,`, blank. */
export const tagsOf = (text: string): readonly string[] => [...new Set(text.toLowerCase().split(/[;,\s]+/).filter((tag) => tag !== ''))].sort();

/**
 * Reads the `data` object of a config answer. Not observed: no object, no digest, a number that is none.
 * A digest that is absent or empty is never taken for "unchanged" (P6).
 */
export function readGuestConfig(kind: GuestKind, vmid: number, data: unknown): Observed<GuestConfig> {
  const where = `config of ${kind} ${vmid}`;
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return notObserved(where, `expected an object, got ${JSON.stringify(data)}`);
  const raw = Object.fromEntries(Object.entries(data as Record<string, unknown>).filter(([, value]) => typeof value === 'string' || typeof value === 'number').map(([key, value]) => [key, String(value)]));
  const id = asVmid(vmid);
  const digest = raw['digest'];
  if (id === null) return notObserved(where, `${vmid} is not a VMID`);
  if (digest === undefined || !/^[0-9a-f]{40}$/.test(digest)) return notObserved(where, `no digest in the answer (${JSON.stringify(digest ?? null)})`);
  const cores = wholeNumber(raw['cores'] ?? 1);
  const sockets = wholeNumber(raw['sockets'] ?? 1);
  const memoryText = raw['memory'] ?? '512';
  const memoryMib = wholeNumber(/^(?:current=)?(\d[\d.e+]*)/.exec(memoryText)?.[1] ?? null);
  if (cores === null || sockets === null || memoryMib === null) return notObserved(where, `unreadable cores/sockets/memory (${raw['cores']}/${raw['sockets']}/${memoryText})`);

  const disks: Disk[] = [];
  const nics: Nic[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (!diskSlot.test(key) && !/^net\d+$/.test(key)) continue;
    const property = parsePropertyString(value);
    if (!property.ok) return notObserved(where, `${key}: ${property.error.summary}`);
    if (key.startsWith('net')) nics.push(readNic(key, property.value));
    else if (property.value.pairs.get('media') !== 'cdrom' && property.value.bare !== 'none') disks.push(readDisk(key, property.value));
  }
  const smbios = parsePropertyString(raw['smbios1'] ?? '');
  const meta = parsePropertyString(raw['meta'] ?? '');
  return ok({
    kind, vmid: id, digest: digest as ConfigDigest,
    name: raw['name'] ?? raw['hostname'] ?? (kind === 'qemu' ? `VM ${id}` : `CT${id}`),
    cores, sockets, memoryMib,
    description: parseDescription(raw['description'] ?? ''),
    tags: tagsOf(raw['tags'] ?? ''),
    uuid: smbios.ok ? (smbios.value.pairs.get('uuid')?.toLowerCase() ?? null) : null,
    ctime: meta.ok ? (meta.value.pairs.get('ctime') ?? null) : null,
    disks: disks.sort((a, b) => (a.slot < b.slot ? -1 : 1)),
    nics: nics.sort((a, b) => (a.slot < b.slot ? -1 : 1)),
    lock: raw['lock'] ?? null,
    isTemplate: truthy(raw['template']),
    protection: truthy(raw['protection']),
    onBoot: truthy(raw['onboot']),
    usesCloudInit: Object.entries(raw).some(([key, value]) => /^(?:ide|sata|scsi|virtio)\d+$/.test(key) && /:(?:[^,]*\/)?(?:vm-\d+-)?cloudinit(?:\.\w+)?(?:,|$)/.test(value)),
    raw,
  });
}

const macShape = /^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/;

function readNic(slot: string, property: PropertyString): Nic {
  const model = [...property.pairs].find(([, value]) => macShape.test(value));
  const mac = property.pairs.get('hwaddr') ?? property.pairs.get('macaddr') ?? model?.[1] ?? null;
  return { slot, mac: mac?.toUpperCase() ?? null, bridge: property.pairs.get('bridge') ?? null, tag: wholeNumber(property.pairs.get('tag') ?? null), mtu: wholeNumber(property.pairs.get('mtu') ?? null), isUp: !truthy(property.pairs.get('link_down')), property };
}

function readDisk(slot: string, property: PropertyString): Disk {
  const volume = property.bare ?? property.pairs.get('file') ?? '';
  return { slot, volume, storage: volume.split(':')[0] ?? '', sizeMib: mibOfSize(property.pairs.get('size') ?? '') };
}
