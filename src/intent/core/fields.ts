// How values of NetBox are read: custom fields, numbers that stand as text, opt-ins. Which field means what is NetBox's own map.
import type { FieldMap } from '../../netbox/ports';

export type Data = Readonly<Record<string, unknown>>;

export const customField = (data: Data, name: string): unknown => (data['custom_fields'] as Data | null | undefined)?.[name];
export const isSet = (value: unknown): boolean => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
/** Change-log data has decimals as strings (`"4.00"`). */
export const wholeOf = (value: unknown): number | null => {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
  return Number.isInteger(number) ? number : null;
};

export type OptIn = 'yes' | 'no' | 'unknown';
export function optIn(branchFields: Data, field: FieldMap['applyToProxmox']): OptIn {
  if (typeof field !== 'string') return field.constant ? 'yes' : 'no';
  const value = branchFields[field];
  return value === true ? 'yes' : value === false ? 'no' : 'unknown';
}

/** Fields of a VM that have no counterpart in Proxmox: people may change them freely. `disk` is the sum of the disks. */
export const netboxOnly: ReadonlySet<string> = new Set([
  'comments', 'role', 'tenant', 'platform', 'serial', 'owner', 'config_template', 'local_context_data', 'interface_count', 'virtual_disk_count', 'site', 'primary_ip4', 'primary_ip6', 'disk', 'virtual_machine_type',
]);

/** Fields that say how a guest is made: of one that stands they cannot be changed. */
export const creationFields = (fields: FieldMap): readonly string[] => [fields.iso, fields.ostemplate, fields.template, fields.cloudInitUser, fields.cloudInitSshKeys, fields.cloudInitUserData, fields.cloudInitNetwork];
