// Model-level validation, run on REST writes and again when a merge replays a change: uniqueness, and the rules of single models.
import type { Model, UniqueRule } from '../models/model';
import { isSince46 } from '../models/since-4-6';
import { networkRange, readCidr } from '../read/network';
import { asObject, asText } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import { customFieldError } from './custom-fields';
import { Invalid } from './errors';
import { placementErrors, siteOfCluster } from './vm-placement';

/** An object as it would be stored; no id yet on create. */
export type Candidate = Readonly<Record<string, Json>> & { readonly id: number | null };
const idOf = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const spoken = (field: string): string => field.replace(/_/g, ' ');

/** The values that may occur once, as one text; undefined for an object that cannot collide. Nulls never collide. */
function uniqueKey(rule: UniqueRule, row: Readonly<Record<string, Json>>): string | undefined {
  if (rule.whenNull?.some((field) => (row[field] ?? null) !== null) === true) return undefined;
  if (rule.fields.some((field) => (row[field] ?? null) === null)) return undefined;
  return JSON.stringify(rule.fields.map((field) => (field === rule.caseless ? asText(row[field]).toLowerCase() : row[field])));
}

/** The other object that already holds these values, if any. */
export function collision(view: View, model: Model, rule: UniqueRule, candidate: Candidate): Row | undefined {
  const key = uniqueKey(rule, candidate);
  if (key === undefined) return undefined;
  return view.keyed(model.type, `unique ${rule.fields.join(' ')} ${rule.whenNull?.join(' ') ?? ''}`, (row) => uniqueKey(rule, row), key).find((row) => row.id !== candidate.id);
}

function uniqueErrors(view: View, model: Model, candidate: Candidate): JsonObject {
  const errors: Record<string, Json> = {};
  for (const [name, field] of Object.entries(model.fields)) {
    const value = candidate[name] ?? null;
    if (field.unique && value !== null && value !== '' && view.where(model.type, name, value).some((row) => row.id !== candidate.id)) errors[name] = [`${model.verbose} with this ${spoken(name)} already exists.`];
  }
  for (const rule of model.unique) {
    if (collision(view, model, rule, candidate) === undefined) continue;
    const sentence = `${capital(model.verbose)} with this ${rule.fields.map((field) => capital(spoken(field))).join(' and ')} already exists.`;
    return { ...errors, __all__: [rule.message ?? (rule.caseless !== undefined && rule.constraint !== undefined ? `Constraint “${rule.constraint}” is violated.` : sentence)] };
  }
  return errors;
}

function placementBefore46(candidate: Candidate, view: View): JsonObject {
  const cluster = view.get('virtualization.cluster', idOf(candidate['cluster']));
  const [site, device] = [idOf(candidate['site']), view.get('dcim.device', idOf(candidate['device']))];
  if (cluster === undefined && site === null) return { cluster: ['A virtual machine must be assigned to a site and/or cluster.'] };
  const scope = siteOfCluster(cluster);
  if (site !== null && scope !== null && site !== scope) return { cluster: [`The selected cluster (${asText(cluster?.['name'])}) is not assigned to this site (${asText(view.get('dcim.site', site)?.['name'])}).`] };
  if (device !== undefined && cluster === undefined) return { device: ['Must specify a cluster when assigning a host device.'] };
  if (device !== undefined && device['cluster'] !== cluster?.id) return { device: [`The selected device (${asText(device['name'])}) is not assigned to this cluster (${asText(cluster?.['name'])}).`] };
  return {};
}

function virtualMachineRule(candidate: Candidate, view: View): JsonObject {
  const place = (isSince46(view.state.version) ? placementErrors : placementBefore46)(candidate, view);
  if (Object.keys(place).length > 0) return place;
  const { id } = candidate;
  if (id === null) return {};
  const total = view.where('virtualization.virtualdisk', 'virtual_machine', id).reduce((sum, disk) => sum + Number(disk['size']), 0);
  const disk = candidate['disk'] ?? null;
  if (total > 0 && disk !== null && disk !== total) return { disk: [`The specified disk size (${String(disk)}) must match the aggregate size of assigned virtual disks (${total}).`] };
  for (const field of ['primary_ip4', 'primary_ip6']) {
    const ip = view.get('ipam.ipaddress', idOf(candidate[field]));
    if (ip === undefined) continue;
    if (`primary_ip${readCidr(asText(ip['address']))?.family ?? 0}` !== field) return { [field]: [`Must be an IPv${field.slice(-1)} address. (${asText(ip['address'])} is an IPv${readCidr(asText(ip['address']))?.family ?? 0} address.)`] };
    const nic = ip['assigned_object_type'] === 'virtualization.vminterface' ? view.get('virtualization.vminterface', idOf(ip['assigned_object_id'])) : undefined;
    if (nic?.['virtual_machine'] !== id) return { [field]: [`The specified IP address (${asText(ip['address'])}) is not assigned to this VM.`] };
  }
  return {};
}

function interfaceRule(candidate: Candidate, view: View): JsonObject {
  const mac = view.get('dcim.macaddress', idOf(candidate['primary_mac_address']));
  const holder = mac === undefined ? null : idOf(mac['assigned_object_id']);
  if (mac !== undefined && holder !== null && (holder !== candidate.id || mac['assigned_object_type'] !== 'virtualization.vminterface')) {
    const other = view.get(asText(mac['assigned_object_type']), holder);
    return { primary_mac_address: [`MAC address ${asText(mac['mac_address'])} is assigned to a different interface (${asText(other?.['name'])}).`] };
  }
  if (candidate['mode'] === null && idOf(candidate['untagged_vlan']) !== null) return { untagged_vlan: ['Interface mode does not support an untagged vlan.'] };
  return {};
}

/** Equal for the same host address, or the same network, of one VRF. */
function networkKey(field: 'address' | 'prefix', row: Readonly<Record<string, Json>>): string | undefined {
  const cidr = readCidr(asText(row[field]));
  if (cidr === undefined) return undefined;
  return `${String(row['vrf'] ?? null)} ${cidr.family} ${field === 'address' ? cidr.value : `${networkRange(cidr)[0]}/${cidr.length}`}`;
}

function duplicateRule(field: 'address' | 'prefix', noun: string): (candidate: Candidate, view: View) => JsonObject {
  return (candidate, view) => {
    const vrf = view.get('ipam.vrf', idOf(candidate['vrf']));
    if (vrf !== undefined && vrf['enforce_unique'] !== true) return {};
    const type = field === 'address' ? 'ipam.ipaddress' : 'ipam.prefix';
    const key = networkKey(field, candidate);
    const same = key === undefined ? [] : view.keyed(type, `same ${field}`, (row) => networkKey(field, row), key);
    const taken = same.find((row) => row.id !== candidate.id && !(field === 'address' && row['role'] !== null && candidate['role'] !== null));
    const place = vrf === undefined ? 'global table' : `VRF ${asText(vrf['name'])}${vrf['rd'] === null ? '' : ` (${asText(vrf['rd'])})`}`;
    return taken === undefined ? {} : { [field]: [`Duplicate ${noun} found in ${place}: ${asText(taken[field])}`] };
  };
}

const assignedRule = (type: string, id: string) => (candidate: Candidate, view: View): JsonObject => {
  const [objectType, objectId] = [candidate[type] ?? null, idOf(candidate[id])];
  return typeof objectType === 'string' && objectId !== null && view.get(objectType, objectId) === undefined ? { [id]: [`Related object not found using the provided value: ${objectId}.`] } : {};
};

const RULES: Readonly<Record<string, (candidate: Candidate, view: View) => JsonObject>> = {
  'virtualization.virtualmachine': virtualMachineRule,
  'virtualization.vminterface': interfaceRule,
  'ipam.ipaddress': (candidate, view) => ({ ...duplicateRule('address', 'IP address')(candidate, view), ...assignedRule('assigned_object_type', 'assigned_object_id')(candidate, view) }),
  'ipam.prefix': duplicateRule('prefix', 'prefix'),
  'dcim.macaddress': assignedRule('assigned_object_type', 'assigned_object_id'),
  'vpn.l2vpntermination': assignedRule('assigned_object_type', 'assigned_object_id'),
  'extras.eventrule': assignedRule('action_object_type', 'action_object_id'),
};

/** Values that NetBox fills in before it validates: a VM's site from its cluster, its disk size from its virtual disks. */
export function settle<T extends Candidate>(model: Model, candidate: T, view: View): T {
  if (model.type !== 'virtualization.virtualmachine') return candidate;
  const ofDevice = isSince46(view.state.version) ? idOf(view.get('dcim.device', idOf(candidate['device']))?.['site']) : null;
  const site = idOf(candidate['site']) ?? siteOfCluster(view.get('virtualization.cluster', idOf(candidate['cluster']))) ?? ofDevice;
  const total = candidate.id === null ? 0 : view.where('virtualization.virtualdisk', 'virtual_machine', candidate.id).reduce((sum, disk) => sum + Number(disk['size']), 0);
  return { ...candidate, site, disk: total > 0 ? (candidate['disk'] ?? total) : (candidate['disk'] ?? null) };
}

/** Throws {@link Invalid} when the object as it would be stored breaks a rule. */
export function fullClean(model: Model, candidate: Candidate, view: View): void {
  const custom = customFieldError(view, model.type, asObject(candidate['custom_fields']), candidate.id);
  if (custom !== undefined && model.rest.includes('custom_fields')) throw new Invalid({ __all__: [custom] });
  const rule = RULES[model.type]?.(candidate, view) ?? {};
  if (Object.keys(rule).length > 0) throw new Invalid(rule);
  const unique = uniqueErrors(view, model, candidate);
  if (Object.keys(unique).length > 0) throw new Invalid(unique);
}
