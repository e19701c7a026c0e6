// The names of the fields as docs/netbox-setup.md makes them; an installation may name its own in the configuration.
import type { FieldMap } from './ports';

export const defaultFields: FieldMap = {
  applyToProxmox: 'apply_to_proxmox', applyDestroyConfirmed: 'apply_destroy_confirmed', kind: 'proxmox_kind', node: 'proxmox_node', storage: 'proxmox_storage',
  pool: 'proxmox_pool', vmid: 'proxmox_vm_id', intentState: 'sluice_intent_state', lastApplyRunId: 'sluice_last_apply_run_id', guestId: 'sluice_guest_id',
  bridge: 'proxmox_bridge', diskStorage: 'proxmox_storage',
  iso: 'proxmox_iso', ostemplate: 'proxmox_ostemplate', template: 'proxmox_template_vmid',
  cloudInitUser: 'cloud_init_user', cloudInitSshKeys: 'cloud_init_ssh_keys', cloudInitUserData: 'cloud_init_user_data', cloudInitNetwork: 'cloud_init_network', gatewayTag: 'gateway', refused: [],
};
