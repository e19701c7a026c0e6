// Addresses of a guest that stands: into cloud-init for a VM that has its drive, into the interface for a container. One address of each
// family on an interface; the gateway is the one that IPAM names for the new address, or none. A VM without cloud-init keeps its own.
import { absent, canonicalProperty, ipConfigOf, parsePropertyString, partKey, type WantedAddresses } from '../../../guest';
import { noAddresses, addressesOf } from '../create/cloud-init';
import { text } from '../fields';
import { familyOf } from '../ip';
import { joinParts, notSupported, noted, nothing, refused, steps, type Concern, type Part, type UpdateScene } from './concern';
import { conflictsIn } from '../conflicts';

export const addresses: Concern = { fields: [], rows: 'addresses', draft: (scene) => joinParts([...byInterface(scene)].map(([interfaceId, rows]) => ofInterface(scene, interfaceId, rows))) };

type Rows = UpdateScene['change']['ips'];

/** Rows by the interface that they come from or go to; those of an interface that is made or taken out here belong to it. */
function byInterface({ change }: UpdateScene): ReadonlyMap<number, Rows> {
  const settled = new Set(change.interfaces.filter((diff) => diff.original === null || diff.modified === null).map((diff) => diff.objectId));
  const ids = [...new Set(change.ips.flatMap((diff) => [diff.original?.['assigned_object_id'], diff.modified?.['assigned_object_id']]).filter((id) => typeof id === 'number'))].filter((id) => !settled.has(id));
  return new Map(ids.map((id) => [id, change.ips.filter((diff) => diff.original?.['assigned_object_id'] === id || diff.modified?.['assigned_object_id'] === id)]));
}

function ofInterface(scene: UpdateScene, interfaceId: number, rows: Rows): Part {
  const { change, input, target: { link, seen: { config } } } = scene;
  const row = change.interfaces.find((diff) => diff.objectId === interfaceId);
  const slot = text(row?.modified?.['name']) ?? input.content.lookups.interfaceNames.get(interfaceId) ?? '';
  const object = `interface ${slot === '' ? `with NetBox id ${interfaceId}` : slot} of ${scene.object}`;
  const conflicts = rows.flatMap((diff) => conflictsIn(diff, object));
  if (conflicts.length > 0) return { ...nothing, findings: conflicts };
  // What people write about an address changes nothing here.
  const moved = rows.filter((diff) => diff.original?.['address'] !== diff.modified?.['address'] || diff.original?.['assigned_object_id'] !== diff.modified?.['assigned_object_id']);
  if (moved.length === 0) return nothing;
  if (link.kind === 'qemu' && !config.usesCloudInit) return noted('change.no-counterpart', object, 'the VM has no cloud-init drive, so its addresses are its own', 'Configure them inside the guest.');
  const nic = config.nics.find((each) => each.slot === slot);
  if (nic === undefined) return refused('nic.absent', object, `the guest has no interface ${slot}`, 'Bring main up to date with what runs, sync the branch, and decide again.');
  if (link.kind === 'lxc' && row !== undefined) return { ...nothing, findings: [notSupported(object, 'its link and its addresses would change at once, and a container has one string for both')] };
  const key = link.kind === 'qemu' ? `ipconfig${slot.slice(3)}` : slot;
  const live = config.raw[key];
  const had = addressesIn(live ?? '');
  const gone = moved.flatMap((diff) => (diff.original?.['assigned_object_id'] === interfaceId ? [text(diff.original['address']) ?? ''] : []));
  const come = addressesOf(interfaceId, moved, false, input);
  if (!come.ok) return refused(come.error.code, object, come.error.observed, come.error.next);
  const next = merged(had, gone, come.value);
  if (typeof next === 'string') {
    return { ...refused('change.drifted', object, next, 'Bring main up to date with what runs, sync the branch, and decide again.'), drift: [{ object, property: 'addresses', netbox: gone.join(', ') || 'none', proxmox: [had.ip, had.ip6].filter((each) => each !== null).join(', ') || 'none' }] };
  }
  if (link.kind === 'qemu') {
    const after = ipConfigOf(next);
    if (after === (live === undefined ? null : canonicalProperty(live))) return nothing;
    return joinParts([
      steps({ [partKey('option', key)]: live === undefined ? absent : canonicalProperty(live) }, { kind: 'cloud-init', before: live === undefined ? {} : { [key]: canonicalProperty(live) }, after: { [key]: after } }),
      noted('cloud-init.re-runs', object, 'its cloud-init data changes', 'It shows inside the guest at its next boot, when cloud-init takes it for a new machine.'),
    ]);
  }
  const present = canonicalProperty(live ?? '');
  const after = withAddresses(present, next);
  return after === present ? nothing : steps({ [partKey('nic', slot)]: present }, { kind: 'nic', slot, before: present, after });
}

function addressesIn(property: string): WantedAddresses {
  const read = parsePropertyString(property);
  if (!read.ok) return noAddresses;
  const of = (key: string): string | null => read.value.pairs.get(key) ?? null;
  return { ip: of('ip'), gateway: of('gw'), ip6: of('ip6'), gateway6: of('gw6') };
}

/** Each family by itself: what goes must be what stands. A sentence where it is not. */
function merged(had: WantedAddresses, gone: readonly string[], come: WantedAddresses): WantedAddresses | string {
  const leaves = (family: 4 | 6): string | undefined => gone.find((address) => familyOf(address.split('/')[0] ?? '') === family);
  const wrong = ([[4, had.ip, come.ip], [6, had.ip6, come.ip6]] as const).find(([family, live, wanted]) => (leaves(family) !== undefined || wanted !== null) && live !== wanted && live !== (leaves(family) ?? null));
  if (wrong !== undefined) return `IPv${wrong[0]}: NetBox main says ${leaves(wrong[0]) ?? 'none'}, Proxmox has ${wrong[1] ?? 'none'}`;
  return {
    ...(come.ip !== null ? { ip: come.ip, gateway: come.gateway } : leaves(4) !== undefined ? { ip: null, gateway: null } : { ip: had.ip, gateway: had.gateway }),
    ...(come.ip6 !== null ? { ip6: come.ip6, gateway6: come.gateway6 } : leaves(6) !== undefined ? { ip6: null, gateway6: null } : { ip6: had.ip6, gateway6: had.gateway6 }),
  };
}

function withAddresses(property: string, wanted: WantedAddresses): string {
  const read = parsePropertyString(property);
  if (!read.ok) return property;
  const kept = [...read.value.pairs].filter(([key]) => !['ip', 'gw', 'ip6', 'gw6'].includes(key)).map(([key, value]) => `${key}=${value}`);
  return canonicalProperty([...kept, ipConfigOf(wanted)].filter((part) => part !== null).join(','));
}
