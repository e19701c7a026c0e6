// Filters that reach through another object, or that a field alone does not explain. Keys are `type.filter`, or `filter` for every type.
import type { Model } from '../models/model';
import { isSince46 } from '../models/since-4-6';
import { asIds, asText, asTexts } from '../store/row';
import type { Row } from '../store/row';
import type { View } from '../store/view';
import { isBoolean, truth } from './lookups';

type Special = (view: View, values: readonly string[], lookup: string, model: Model) => ((row: Row) => boolean) | { readonly error: readonly string[] } | undefined;

const ids = (values: readonly string[]): readonly number[] => values.map(Number);
const noTag = (view: View, values: readonly string[]): { readonly error: readonly string[] } | undefined => {
  const slugs = new Set([...view.all('extras.tag')].map((tag) => asText(tag['slug'])));
  const unknown = values.find((value) => !slugs.has(value));
  return unknown === undefined ? undefined : bad(unknown);
};
const bad = (value: string): { readonly error: readonly string[] } => ({ error: [`Select a valid choice. ${value} is not one of the available choices.`] });
const known = (view: View, type: string, values: readonly string[]): { readonly error: readonly string[] } | undefined => {
  const unknown = values.find((value) => view.get(type, Number(value)) === undefined);
  return unknown === undefined ? undefined : bad(unknown);
};

/** Objects assigned to interfaces: by the owner of the interface. Unknown ids give an empty list here, not a 400. */
const throughInterface = (interfaceType: string, ownerField: string, match: 'id' | 'name'): Special => (view, values) => (row) => {
  if (row['assigned_object_type'] !== interfaceType || typeof row['assigned_object_id'] !== 'number') return false;
  const owner = view.get(interfaceType, row['assigned_object_id'])?.[ownerField];
  if (typeof owner !== 'number') return false;
  const ownerType = ownerField === 'device' ? 'dcim.device' : 'virtualization.virtualmachine';
  return match === 'id' ? ids(values).includes(owner) : values.includes(asText(view.get(ownerType, owner)?.['name']));
};

const byInterface = (interfaceType: string): Special => (_view, values) => (row) => row['assigned_object_type'] === interfaceType && ids(values).includes(Number(row['assigned_object_id']));

const throughVm = (field: 'cluster', match: 'id' | 'name'): Special => (view, values) => {
  const wrong = match === 'id' ? known(view, 'virtualization.cluster', values) : undefined;
  if (wrong !== undefined) return wrong;
  return (row) => {
    const cluster = view.get('virtualization.virtualmachine', Number(row['virtual_machine']))?.[field];
    return typeof cluster === 'number' && (match === 'id' ? ids(values).includes(cluster) : values.includes(asText(view.get('virtualization.cluster', cluster)?.['name'])));
  };
};

const assignable = (type: string): Readonly<Record<string, Special>> => ({
  [`${type}.virtual_machine_id`]: throughInterface('virtualization.vminterface', 'virtual_machine', 'id'),
  [`${type}.virtual_machine`]: throughInterface('virtualization.vminterface', 'virtual_machine', 'name'),
  [`${type}.device_id`]: throughInterface('dcim.interface', 'device', 'id'),
  [`${type}.device`]: throughInterface('dcim.interface', 'device', 'name'),
  [`${type}.vminterface_id`]: byInterface('virtualization.vminterface'),
  [`${type}.interface_id`]: byInterface('dcim.interface'),
  [`${type}.assigned_object_type`]: (_view, values) => (row) => values.includes(asText(row['assigned_object_type'])),
});

export const SPECIAL: Readonly<Record<string, Special>> = {
  ...assignable('ipam.ipaddress'),
  ...assignable('dcim.macaddress'),
  'ipam.ipaddress.address': (_view, values) => (row) => values.some((value) => (value.includes('/') ? asText(row['address']) === value : asText(row['address']).split('/')[0] === value)),
  'virtualization.vminterface.cluster_id': throughVm('cluster', 'id'),
  'virtualization.vminterface.cluster': throughVm('cluster', 'name'),
  'virtualization.vminterface.mac_address': (view, values) => (row) =>
    view.where('dcim.macaddress', 'assigned_object_id', row.id).some((mac) => mac['assigned_object_type'] === 'virtualization.vminterface' && values.some((value) => value.toUpperCase() === mac['mac_address'])),
  'virtualization.virtualmachine.mac_address': (view, values) => (row) =>
    view.where('virtualization.vminterface', 'virtual_machine', row.id).some((nic) => view.where('dcim.macaddress', 'assigned_object_id', nic.id).some((mac) => mac['assigned_object_type'] === 'virtualization.vminterface' && values.some((value) => value.toUpperCase() === mac['mac_address']))),
  'extras.customfield.object_type': (_view, values) => (row) => values.some((value) => asTexts(row['object_types']).includes(value)),
  'extras.customfield.object_types': () => undefined,
  'extras.eventrule.object_type': (_view, values) => (row) => values.some((value) => asTexts(row['object_types']).includes(value)),
  'extras.journalentry.assigned_object_type': (_view, values) => (row) => values.includes(asText(row['assigned_object_type'])),
  'users.objectpermission.object_types': (_view, values) => {
    const text = values.find((value) => !/^\d+$/.test(value));
    return text === undefined ? (): boolean => true : { error: [`“${text}” is not a valid value.`] };
  },
  'users.objectpermission.actions': () => undefined,
  'users.user.is_superuser': (_view, values) => (values.every(isBoolean) ? (row): boolean => row['is_superuser'] === truth(values.at(-1) ?? '') : undefined),
  'netbox_branching.branch.schema_id': () => undefined,
  'netbox_branching.branch.merged_by': () => undefined,
  'netbox_branching.branch.merged_by_id': () => undefined,
  'netbox_branching.branch.merged_time': () => undefined,
  // A repeated `tag` must hold for each of them; the value is the slug.
  tag: (view, values, lookup) => {
    const holds = (row: Row, slug: string): boolean => asIds(row['tags']).some((id) => view.get('extras.tag', id)?.['slug'] === slug);
    if (lookup === '') return noTag(view, values) ?? ((row): boolean => values.every((slug) => holds(row, slug)));
    if (lookup === 'n') return noTag(view, values) ?? ((row): boolean => !values.some((slug) => holds(row, slug)));
    // Since 4.6.6; 4.5 ignores it like everything it does not know.
    return lookup === 'any' && isSince46(view.state.version) ? (noTag(view, values) ?? ((row): boolean => values.some((slug) => holds(row, slug)))) : undefined;
  },
  tag_id: (_view, values) => (row) => values.every((value) => asIds(row['tags']).includes(Number(value))),
};
