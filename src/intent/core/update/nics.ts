// Network interfaces: bridge, VLAN, MTU and link of one that stands, the MAC address kept; one more; one less. A container is known
// by the set of its MAC addresses (P13), so its interfaces are not added, removed or renamed here.
import { absent, canonicalProperty, changedNic, nicProperty, partKey, type Nic, type NicChange, type WantedNic } from '../../../guest';
import type { ChangeDiff } from '../../../netbox/ports';
import { conflictsIn } from '../conflicts';
import type { Data } from '../fields';
import { noAddresses } from '../create/cloud-init';
import { wantedLink, wantedNic } from '../wanted-parts';
import { joinParts, notSupported, nothing, refused, steps, type Concern, type Part, type UpdateScene } from './concern';

export const nics: Concern = { fields: [], rows: 'interfaces', draft: (scene) => joinParts(scene.change.interfaces.map((diff) => ofRow(scene, diff))) };

function ofRow(scene: UpdateScene, diff: ChangeDiff): Part {
  const object = `interface ${diff.repr} of ${scene.object}`;
  const conflicts = conflictsIn(diff, object);
  if (conflicts.length > 0) return { ...nothing, findings: conflicts };
  if (diff.original !== null && diff.modified !== null) return change(scene, diff.original, diff.modified, object);
  if (scene.target.link.kind === 'lxc') return { ...nothing, findings: [notSupported(object, 'a container is known by its MAC addresses: its interfaces are not added or removed')] };
  return diff.original === null ? add(scene, diff.objectId, diff.modified ?? {}, object) : remove(scene, diff.original, object);
}

function add(scene: UpdateScene, interfaceId: number, nic: Data, object: string): Part {
  const { target: { link, seen: { config } }, world, input } = scene;
  const wanted = wantedNic(interfaceId, nic, scene.change, link.guestId, world, input);
  if (!wanted.ok) return refused(wanted.error.code, object, wanted.error.observed, wanted.error.next);
  const { slot } = wanted.value;
  const after = canonicalProperty(nicProperty(link.kind, { ...wanted.value, addresses: noAddresses }));
  const there = config.raw[slot];
  if (there !== undefined && canonicalProperty(there) === after) return nothing;
  if (there !== undefined) return refused('nic.slot-taken', object, `${slot} already is ${there}`, 'Name a free interface, net0 to net31.');
  return steps({ [partKey('nic', slot)]: absent }, { kind: 'nic', slot, before: null, after });
}

function remove(scene: UpdateScene, nic: Data, object: string): Part {
  const slot = String(nic['name']);
  const { raw, nics: standing } = scene.target.seen.config;
  const there = standing.find((each) => each.slot === slot);
  if (there === undefined) return raw[slot] === undefined ? nothing : refused('create.nic-slot', object, `name ${JSON.stringify(slot)}`, 'An interface of a guest is named net0 ... net31.');
  const believed = wantedLink(nic, scene.world, scene.input);
  // A trunk cannot be compared, and it may go: what the plan saw is shown and binds the step (P6).
  const moved = believed.ok ? drifted(object, linkKeys, believed.value, linkOf(there), null) : null;
  if (moved !== null) return moved;
  const before = canonicalProperty(raw[slot] ?? '');
  return steps({ [partKey('nic', slot)]: before }, { kind: 'nic', slot, before, after: null });
}

/** What of an interface means nothing to Proxmox. */
const netboxOnly = ['description', 'label', 'vrf', 'custom_fields', 'tags', 'last_updated', 'created', 'primary_mac_address', 'untagged_vlan', 'mtu', 'enabled', 'mode', 'tagged_vlans', 'qinq_svlan', 'owner', '_name'];

function change(scene: UpdateScene, before: Data, after: Data, object: string): Part {
  const { world, input, target: { seen: { config } } } = scene;
  const slot = String(after['name']);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const other = names.filter((name) => !netboxOnly.includes(name) && JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
  if (other.length > 0) return { ...nothing, findings: [notSupported(object, other.map((name) => `${name}: ${JSON.stringify(before[name] ?? null)} -> ${JSON.stringify(after[name] ?? null)}`).join('; '))] };
  const [was, want] = [wantedLink(before, world, input), wantedLink(after, world, input)];
  if (!want.ok) return refused(want.error.code, object, want.error.observed, want.error.next);
  const there = config.nics.find((nic) => nic.slot === slot);
  if (there === undefined) return refused('nic.absent', object, `the guest has no interface ${slot}`, 'Bring main up to date with what runs, sync the branch, and decide again.');
  const believed = was.ok ? was.value : null;
  const keys = linkKeys.filter((key) => believed === null || believed[key] !== want.value[key]);
  const moved = drifted(object, keys, believed, linkOf(there), want.value);
  if (moved !== null) return moved;
  const wished: NicChange = Object.fromEntries(keys.map((key) => [key, want.value[key]]));
  const present = canonicalProperty(config.raw[slot] ?? '');
  const next = changedNic(present, wished);
  return next === present ? nothing : steps({ [partKey('nic', slot)]: present }, { kind: 'nic', slot, before: present, after: next });
}

const linkKeys = ['bridge', 'tag', 'mtu', 'isUp'] as const;
type Link = Pick<WantedNic, (typeof linkKeys)[number]>;
const linkOf = (nic: Nic): Link => ({ bridge: nic.bridge ?? '', tag: nic.tag, mtu: nic.mtu, isUp: nic.isUp });

/** What Proxmox has is neither what main said (null: main said nothing that can be compared) nor what is wanted (null: it shall go). */
function drifted(object: string, keys: readonly (typeof linkKeys)[number][], believed: Link | null, live: Link, want: Link | null): Part | null {
  const wrong = keys.filter((key) => live[key] !== believed?.[key] && (want === null || live[key] !== want[key]));
  if (wrong.length === 0) return null;
  const shown = (key: (typeof linkKeys)[number], of: Link | null): string => (of === null ? 'nothing that can be compared' : String(of[key] ?? 'none'));
  return {
    ...refused('change.drifted', object, wrong.map((key) => `${key}: NetBox main says ${shown(key, believed)}, Proxmox has ${shown(key, live)}`).join('; '), 'Bring main up to date with what runs, sync the branch, and decide again.'),
    drift: wrong.map((key) => ({ object, property: key, netbox: shown(key, believed), proxmox: shown(key, live) })),
  };
}
