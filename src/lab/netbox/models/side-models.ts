// Models that a person meets beside the machines: groups of clusters, L2VPNs and what they end at, parts of a device (NetBox 4.5).
import { INVENTORY_STATUS, L2VPN_STATUS, L2VPN_TYPE } from './choices';
import { boolean, choice, fk, integer, many, objectType, owning, slug, text } from './field';
import { model } from './model';
import type { Model } from './model';
import { HEAD, SLUG_BRIEF, TAIL, prose, requiredName, uniqueName } from './words';

export const SIDE_MODELS: readonly Model[] = [
  model('virtualization.clustergroup', 'virtualization/cluster-groups', {
    verbose: 'cluster group', className: 'ClusterGroup', contentType: 138, order: 'name', brief: SLUG_BRIEF, fields: { name: uniqueName(), slug: slug(), ...prose },
    rest: `${HEAD} name slug description ${TAIL} cluster_count`, log: 'created owner name slug description comments custom_fields tags',
  }),
  model('vpn.l2vpn', 'vpn/l2vpns', {
    verbose: 'L2VPN', className: 'L2VPN', contentType: 160, order: 'name identifier', brief: 'id url display identifier name slug type description',
    fields: {
      identifier: integer({}, 0, 9007199254740991), name: uniqueName(), slug: slug(), type: choice(L2VPN_TYPE, null, { required: true, nullable: false }), status: choice(L2VPN_STATUS, 'active'), import_targets: many('ipam.routetarget'),
      export_targets: many('ipam.routetarget'), tenant: fk('tenancy.tenant'), ...prose,
    },
    rest: `${HEAD} identifier name slug type status import_targets export_targets description owner comments tenant tags custom_fields created last_updated`,
    log: 'created owner description comments name slug type status identifier tenant import_targets export_targets custom_fields tags',
  }),
  model('vpn.l2vpntermination', 'vpn/l2vpn-terminations', {
    verbose: 'L2VPN termination', className: 'L2VPNTermination', contentType: 161, order: 'l2vpn id', brief: 'id url display l2vpn',
    fields: { l2vpn: owning('vpn.l2vpn'), assigned_object_type: objectType({ required: true, nullable: false }), assigned_object_id: integer({ required: true, nullable: false }, 0) },
    rest: `${HEAD} l2vpn assigned_object_type assigned_object_id assigned_object tags custom_fields created last_updated`, log: 'created l2vpn assigned_object_type assigned_object_id custom_fields tags',
    unique: [{ fields: ['assigned_object_type', 'assigned_object_id'], constraint: 'vpn_l2vpntermination_assigned_object' }],
  }),
  model('dcim.inventoryitem', 'dcim/inventory-items', {
    verbose: 'inventory item', className: 'InventoryItem', contentType: 109, order: 'device name id', brief: 'id url display device name description _depth',
    fields: {
      device: owning('dcim.device'), parent: fk('dcim.inventoryitem', 'cascade'), name: requiredName(64), label: text(64), status: choice(INVENTORY_STATUS, 'active'), manufacturer: fk('dcim.manufacturer'), part_id: text(50), serial: text(50),
      asset_tag: text(50, { nullable: true, default: null, unique: true }), discovered: boolean(false), description: text(200), component_type: objectType(), component_id: integer({}, 0),
    },
    rest: `${HEAD} device parent name label status role manufacturer part_id serial asset_tag discovered description component_type component_id component owner tags custom_fields created last_updated _depth`,
    log: 'created owner device name label description parent component_type component_id status role manufacturer part_id serial asset_tag discovered custom_fields tags',
  }),
];
