// Which field of a NetBox VM means what (docs/mapping, DESIGN "Fields in NetBox"). Names are a configuration map.

export interface FieldMap {
  /** Branch opt-ins: a field name, or a constant for installations (and recordings) that have no such field. */
  readonly applyToProxmox: string | { readonly constant: boolean };
  readonly applyDestroyConfirmed: string | { readonly constant: boolean };
  readonly kind: string;
  readonly node: string;
  readonly storage: string;
  readonly pool: string;
  readonly vmid: string;
  readonly intentState: string;
  readonly lastApplyRunId: string;
  readonly guestId: string;
  readonly bridge: string;
  readonly diskStorage: string;
  /** Wanted by a create that this version cannot make yet: named here so that they are refused, never ignored. */
  readonly notYet: readonly string[];
}

export const defaultFields: FieldMap = {
  applyToProxmox: 'apply_to_proxmox', applyDestroyConfirmed: 'apply_destroy_confirmed', kind: 'proxmox_kind', node: 'proxmox_node', storage: 'proxmox_storage',
  pool: 'proxmox_pool', vmid: 'proxmox_vm_id', intentState: 'sluice_intent_state', lastApplyRunId: 'sluice_last_apply_run_id', guestId: 'sluice_guest_id',
  bridge: 'proxmox_bridge', diskStorage: 'proxmox_storage',
  notYet: ['proxmox_iso', 'proxmox_ostemplate', 'proxmox_template_vmid', 'cloud_init_user', 'cloud_init_ssh_keys', 'cloud_init_user_data', 'cloud_init_network'],
};

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
export function optIn(branchFields: Data, field: string | { readonly constant: boolean }): OptIn {
  if (typeof field !== 'string') return field.constant ? 'yes' : 'no';
  const value = branchFields[field];
  return value === true ? 'yes' : value === false ? 'no' : 'unknown';
}

/** Fields of a VM that have no counterpart in Proxmox: people may change them freely. `disk` is the sum of the disks. */
export const netboxOnly: ReadonlySet<string> = new Set([
  'comments', 'role', 'tenant', 'platform', 'serial', 'owner', 'config_template', 'local_context_data', 'interface_count', 'virtual_disk_count', 'site', 'primary_ip4', 'primary_ip6', 'disk', 'virtual_machine_type',
]);
