// The models of NetBox 4.5.10 and netbox-branching 1.1.2 that an integration with Proxmox meets, as data. Keys of `rest` and `log` stand in the
// order NetBox sends them, because webhook bodies are signed byte by byte. Keys without a field are computed or constant (read/computed.ts).
import {
  ACTION_TYPE, BRANCH_STATUS, CF_EDITABLE, CF_FILTER, CF_TYPE, CF_VISIBLE, CLUSTER_STATUS, DEVICE_STATUS, EVENT_TYPES, INTERFACE_MODE, INTERFACE_TYPE, IP_ROLE, IP_STATUS,
  JOURNAL_KIND, PREFIX_STATUS, QINQ_ROLE, SITE_STATUS, START_ON_BOOT, VLAN_STATUS, VM_STATUS,
} from './choices';
import { boolean, choice, cidr, decimal, fk, integer, json, mac, many, named, objectType, objectTypes, owning, readOnly, slug, text, texts, time } from './field';
import { model } from './model';
import type { Model } from './model';
import { SIDE_MODELS } from './side-models';
import { HEAD, NAME_BRIEF, SLUG_BRIEF, TAIL, prose, requiredName, uniqueName } from './words';

const dcim: readonly Model[] = [
  model('dcim.site', 'dcim/sites', {
    verbose: 'site', className: 'Site', contentType: 101, order: 'name', brief: SLUG_BRIEF,
    fields: { name: uniqueName(), slug: slug(), status: choice(SITE_STATUS, 'active'), tenant: fk('tenancy.tenant'), facility: text(50), physical_address: text(200), shipping_address: text(200), ...prose },
    rest: `${HEAD} name slug status region group tenant facility time_zone description physical_address shipping_address latitude longitude owner comments asns tags custom_fields created last_updated circuit_count device_count prefix_count rack_count virtualmachine_count vlan_count`,
    log: 'created owner description comments name slug status region group tenant facility time_zone physical_address shipping_address latitude longitude asns custom_fields tags',
  }),
  model('dcim.manufacturer', 'dcim/manufacturers', {
    verbose: 'manufacturer', className: 'Manufacturer', contentType: 102, order: 'name', brief: SLUG_BRIEF,
    fields: { name: uniqueName(), slug: slug(), ...prose },
    rest: `${HEAD} name slug description ${TAIL} devicetype_count moduletype_count inventoryitem_count platform_count`, log: 'created owner name slug description comments custom_fields tags',
  }),
  model('dcim.devicetype', 'dcim/device-types', {
    verbose: 'device type', className: 'DeviceType', contentType: 103, order: 'manufacturer model', brief: 'id url display manufacturer model slug description device_count',
    fields: { manufacturer: owning('dcim.manufacturer', 'protect'), model: requiredName(), slug: slug(), part_number: text(50), u_height: decimal(4, 1, 0), exclude_from_utilization: boolean(false), is_full_depth: boolean(true), ...prose },
    rest: `${HEAD} manufacturer default_platform model slug part_number u_height exclude_from_utilization is_full_depth subdevice_role airflow weight weight_unit front_image rear_image description ${TAIL} device_count console_port_template_count console_server_port_template_count power_port_template_count power_outlet_template_count interface_template_count front_port_template_count rear_port_template_count device_bay_template_count module_bay_template_count inventory_item_template_count`,
    log: 'created owner description comments manufacturer model slug default_platform part_number u_height exclude_from_utilization is_full_depth subdevice_role airflow weight weight_unit custom_fields tags',
  }),
  model('dcim.devicerole', 'dcim/device-roles', {
    verbose: 'device role', className: 'DeviceRole', contentType: 104, order: 'name', brief: `${SLUG_BRIEF} device_count virtualmachine_count _depth`,
    fields: { name: uniqueName(), slug: slug(), color: text(6, { default: '9e9e9e' }), vm_role: boolean(true), parent: fk('dcim.devicerole', 'cascade'), ...prose },
    rest: `${HEAD} name slug color vm_role config_template parent description tags custom_fields created last_updated device_count virtualmachine_count owner comments _depth`,
    log: 'created owner parent name slug description comments color vm_role config_template custom_fields tags',
  }),
  model('dcim.platform', 'dcim/platforms', {
    verbose: 'platform', className: 'Platform', contentType: 105, order: 'name', brief: `${SLUG_BRIEF} device_count virtualmachine_count _depth`,
    fields: { name: uniqueName(), slug: slug(), manufacturer: fk('dcim.manufacturer'), parent: fk('dcim.platform', 'cascade'), ...prose },
    rest: `${HEAD} parent name slug manufacturer config_template description ${TAIL} device_count virtualmachine_count _depth`, log: 'created owner parent name slug description comments manufacturer config_template custom_fields tags',
  }),
  model('dcim.device', 'dcim/devices', {
    verbose: 'device', className: 'Device', contentType: 106, order: 'name id', brief: NAME_BRIEF,
    fields: {
      name: text(64, { nullable: true, default: null }), device_type: owning('dcim.devicetype', 'protect'), role: owning('dcim.devicerole', 'protect'), tenant: fk('tenancy.tenant'), platform: fk('dcim.platform', 'null'),
      serial: text(50), asset_tag: text(50, { nullable: true, default: null, unique: true }), site: owning('dcim.site', 'protect'), status: choice(DEVICE_STATUS, 'active'), primary_ip4: fk('ipam.ipaddress', 'null'),
      primary_ip6: fk('ipam.ipaddress', 'null'), cluster: fk('virtualization.cluster', 'null'), local_context_data: json(), ...prose,
    },
    rest: `${HEAD} name device_type role tenant platform serial asset_tag site location rack position face latitude longitude parent_device status airflow primary_ip primary_ip4 primary_ip6 oob_ip cluster virtual_chassis vc_position vc_priority description owner comments config_template config_context local_context_data tags custom_fields created last_updated console_port_count console_server_port_count power_port_count power_outlet_count interface_count front_port_count rear_port_count device_bay_count module_bay_count inventory_item_count`,
    log: 'created owner description comments local_context_data config_template device_type role tenant platform name serial asset_tag site location rack position face status airflow primary_ip4 primary_ip6 oob_ip cluster virtual_chassis vc_position vc_priority latitude longitude custom_fields tags',
  }),
  model('dcim.interface', 'dcim/interfaces', {
    verbose: 'interface', className: 'Interface', contentType: 107, order: 'device name', brief: 'id url display device name description cable _occupied',
    fields: {
      device: owning('dcim.device'), name: requiredName(64), label: text(64), type: choice(INTERFACE_TYPE, null, { required: true }), enabled: boolean(true), parent: fk('dcim.interface'), bridge: fk('dcim.interface', 'null'), mtu: integer({}, 1, 65536),
      primary_mac_address: fk('dcim.macaddress', 'null'), mgmt_only: boolean(false), description: text(200), mode: choice(INTERFACE_MODE, null), untagged_vlan: fk('ipam.vlan', 'null'), tagged_vlans: many('ipam.vlan'), vrf: fk('ipam.vrf', 'null'),
    },
    rest: `${HEAD} device vdcs module name label type enabled parent bridge bridge_interfaces lag mtu mac_address primary_mac_address mac_addresses speed duplex wwn mgmt_only description mode rf_role rf_channel poe_mode poe_type rf_channel_frequency rf_channel_width tx_power untagged_vlan tagged_vlans qinq_svlan vlan_translation_policy mark_connected cable cable_end wireless_link link_peers link_peers_type wireless_lans vrf l2vpn_termination connected_endpoints connected_endpoints_type connected_endpoints_reachable owner tags custom_fields created last_updated count_ipaddresses count_fhrp_groups _occupied`,
    log: 'created owner device name label description enabled mtu mode parent bridge untagged_vlan qinq_svlan vlan_translation_policy primary_mac_address _name type mgmt_only vrf tagged_vlans custom_fields tags',
    unique: [{ fields: ['device', 'name'] }],
  }),
  model('dcim.macaddress', 'dcim/mac-addresses', {
    verbose: 'MAC address', plural: 'MAC addresses', className: 'MACAddress', contentType: 108, order: 'mac_address id', brief: 'id url display mac_address description',
    fields: { mac_address: mac(), assigned_object_type: objectType(), assigned_object_id: integer({}, 1), ...prose },
    rest: `${HEAD} mac_address assigned_object_type assigned_object_id assigned_object description ${TAIL}`, log: 'created owner description comments mac_address assigned_object_type assigned_object_id custom_fields tags',
  }),
];

const virtualization: readonly Model[] = [
  model('virtualization.clustertype', 'virtualization/cluster-types', {
    verbose: 'cluster type', className: 'ClusterType', contentType: 137, order: 'name', brief: SLUG_BRIEF,
    fields: { name: uniqueName(), slug: slug(), ...prose }, rest: `${HEAD} name slug description ${TAIL} cluster_count`, log: 'created owner name slug description comments custom_fields tags',
  }),
  model('virtualization.cluster', 'virtualization/clusters', {
    verbose: 'cluster', className: 'Cluster', contentType: 139, order: 'name', brief: NAME_BRIEF,
    fields: { name: requiredName(), type: owning('virtualization.clustertype', 'protect'), group: fk('virtualization.clustergroup'), status: choice(CLUSTER_STATUS, 'active'), tenant: fk('tenancy.tenant'), scope_type: objectType(), scope_id: integer({}, 1), ...prose },
    rest: `${HEAD} name type group status tenant scope_type scope_id scope description ${TAIL} device_count virtualmachine_count allocated_vcpus allocated_memory allocated_disk`,
    log: 'created owner description comments scope_type scope_id name type group status tenant custom_fields tags',
  }),
  model('virtualization.virtualmachine', 'virtualization/virtual-machines', {
    verbose: 'virtual machine', className: 'VirtualMachine', contentType: 13, order: 'name id', brief: NAME_BRIEF,
    fields: {
      name: requiredName(64), status: choice(VM_STATUS, 'active'), start_on_boot: choice(START_ON_BOOT, 'off'), site: fk('dcim.site'), cluster: fk('virtualization.cluster'), device: fk('dcim.device'), serial: text(50), role: fk('dcim.devicerole'),
      tenant: fk('tenancy.tenant'), platform: fk('dcim.platform', 'null'), primary_ip4: fk('ipam.ipaddress', 'null'), primary_ip6: fk('ipam.ipaddress', 'null'), vcpus: decimal(6, 2, 0.01), memory: integer(), disk: integer(),
      local_context_data: json(), ...prose,
    },
    rest: `${HEAD} name status start_on_boot site cluster device serial role tenant platform primary_ip primary_ip4 primary_ip6 vcpus memory disk description owner comments config_template local_context_data tags custom_fields config_context created last_updated interface_count virtual_disk_count`,
    log: 'created owner description comments local_context_data config_template site cluster device tenant platform name status start_on_boot role primary_ip4 primary_ip6 vcpus memory disk serial interface_count virtual_disk_count custom_fields tags',
    unique: [
      { fields: ['name', 'cluster', 'tenant'], caseless: 'name', constraint: 'virtualization_virtualmachine_unique_name_cluster_tenant' },
      { fields: ['name', 'cluster'], caseless: 'name', whenNull: ['tenant'], constraint: 'virtualization_virtualmachine_unique_name_cluster', message: 'Virtual machine name must be unique per cluster.' },
    ],
  }),
  model('virtualization.vminterface', 'virtualization/interfaces', {
    verbose: 'interface', className: 'VMInterface', contentType: 11, order: 'virtual_machine__name virtual_machine name', brief: 'id url display virtual_machine name description',
    fields: {
      virtual_machine: owning('virtualization.virtualmachine'), name: requiredName(64), enabled: boolean(true), parent: fk('virtualization.vminterface'), bridge: fk('virtualization.vminterface', 'null'), mtu: integer({}, 1, 65536),
      primary_mac_address: fk('dcim.macaddress', 'null'), description: text(200), mode: choice(INTERFACE_MODE, null), untagged_vlan: fk('ipam.vlan', 'null'), tagged_vlans: many('ipam.vlan'), qinq_svlan: fk('ipam.vlan', 'null'), vrf: fk('ipam.vrf', 'null'),
    },
    rest: `${HEAD} virtual_machine name enabled parent bridge mtu mac_address primary_mac_address mac_addresses description mode untagged_vlan tagged_vlans qinq_svlan vlan_translation_policy vrf l2vpn_termination owner tags custom_fields created last_updated count_ipaddresses count_fhrp_groups`,
    log: 'created owner enabled mtu mode parent bridge untagged_vlan qinq_svlan vlan_translation_policy primary_mac_address description name _name virtual_machine vrf tagged_vlans custom_fields tags',
    unique: [{ fields: ['virtual_machine', 'name'], constraint: 'virtualization_vminterface_unique_virtual_machine_name' }],
  }),
  model('virtualization.virtualdisk', 'virtualization/virtual-disks', {
    verbose: 'virtual disk', className: 'VirtualDisk', contentType: 140, order: 'virtual_machine__name virtual_machine name', brief: 'id url display virtual_machine name description size',
    fields: { virtual_machine: owning('virtualization.virtualmachine'), name: requiredName(64), description: text(200), size: integer({ nullable: false, required: true }) },
    rest: `${HEAD} virtual_machine name description size owner tags custom_fields created last_updated`, log: 'created owner virtual_machine name description size custom_fields tags',
    unique: [{ fields: ['virtual_machine', 'name'], constraint: 'virtualization_virtualdisk_unique_virtual_machine_name' }],
  }),
];

const ipam: readonly Model[] = [
  model('tenancy.tenant', 'tenancy/tenants', {
    verbose: 'tenant', className: 'Tenant', contentType: 120, order: 'name', brief: SLUG_BRIEF, fields: { name: uniqueName(), slug: slug(), ...prose },
    rest: `${HEAD} name slug group description ${TAIL} circuit_count device_count ipaddress_count prefix_count rack_count site_count virtualmachine_count vlan_count vrf_count cluster_count`, log: 'created owner description comments name slug group custom_fields tags',
  }),
  model('ipam.routetarget', 'ipam/route-targets', {
    verbose: 'route target', className: 'RouteTarget', contentType: 121, order: 'name', brief: NAME_BRIEF, fields: { name: uniqueName(21), tenant: fk('tenancy.tenant'), ...prose },
    rest: `${HEAD} name tenant description ${TAIL}`, log: 'created owner description comments name tenant custom_fields tags',
  }),
  model('ipam.vrf', 'ipam/vrfs', {
    verbose: 'VRF', className: 'VRF', contentType: 122, order: 'name rd id', brief: 'id url display name rd description',
    fields: { name: requiredName(), rd: text(21, { nullable: true, default: null, unique: true }), tenant: fk('tenancy.tenant'), enforce_unique: boolean(true), import_targets: many('ipam.routetarget', true), export_targets: many('ipam.routetarget', true), ...prose },
    rest: `${HEAD} name rd tenant enforce_unique description owner comments import_targets export_targets tags custom_fields created last_updated ipaddress_count prefix_count`,
    log: 'created owner description comments name rd tenant enforce_unique import_targets export_targets custom_fields tags',
  }),
  model('ipam.vlangroup', 'ipam/vlan-groups', {
    verbose: 'VLAN group', className: 'VLANGroup', contentType: 123, order: 'name id', brief: SLUG_BRIEF,
    fields: { name: requiredName(), slug: slug(), scope_type: objectType(), scope_id: integer({}, 1), vid_ranges: json([[1, 4094]]), tenant: fk('tenancy.tenant'), ...prose },
    rest: `${HEAD} name slug scope_type scope_id scope vid_ranges tenant description ${TAIL} vlan_count utilization`, log: 'created owner name slug description comments scope_type scope_id vid_ranges tenant custom_fields tags',
  }),
  model('ipam.vlan', 'ipam/vlans', {
    verbose: 'VLAN', className: 'VLAN', contentType: 124, order: 'site group vid id', brief: 'id url display vid name description',
    fields: { site: fk('dcim.site'), group: fk('ipam.vlangroup'), vid: integer({ required: true, nullable: false }, 1, 4094), name: requiredName(64), tenant: fk('tenancy.tenant'), status: choice(VLAN_STATUS, 'active'), qinq_role: choice(QINQ_ROLE, null), qinq_svlan: fk('ipam.vlan'), ...prose },
    rest: `${HEAD} site group vid name tenant status role description qinq_role qinq_svlan owner comments l2vpn_termination tags custom_fields created last_updated prefix_count`,
    log: 'created owner description comments site group vid name tenant status role qinq_svlan qinq_role custom_fields tags',
    unique: [{ fields: ['group', 'vid'] }, { fields: ['group', 'name'] }],
  }),
  model('ipam.prefix', 'ipam/prefixes', {
    verbose: 'prefix', plural: 'prefixes', className: 'Prefix', contentType: 125, order: 'vrf prefix id', brief: 'id url display family prefix description _depth',
    fields: { prefix: cidr(), vrf: fk('ipam.vrf'), scope_type: objectType(), scope_id: integer({}, 1), tenant: fk('tenancy.tenant'), vlan: fk('ipam.vlan'), status: choice(PREFIX_STATUS, 'active'), is_pool: boolean(false), mark_utilized: boolean(false), ...prose },
    rest: `${HEAD} family prefix vrf scope_type scope_id scope tenant vlan status role is_pool mark_utilized description ${TAIL} children _depth`,
    log: 'created owner description comments scope_type scope_id prefix vrf tenant vlan status role is_pool mark_utilized custom_fields tags',
  }),
  model('ipam.ipaddress', 'ipam/ip-addresses', {
    verbose: 'IP address', plural: 'IP addresses', className: 'IPAddress', contentType: 126, order: 'address id', brief: 'id url display family address description',
    fields: {
      address: cidr(), vrf: fk('ipam.vrf'), tenant: fk('tenancy.tenant'), status: choice(IP_STATUS, 'active'), role: choice(IP_ROLE, null), assigned_object_type: objectType(), assigned_object_id: integer({}, 1), nat_inside: fk('ipam.ipaddress', 'null'),
      dns_name: text(255), ...prose,
    },
    rest: `${HEAD} family address vrf tenant status role assigned_object_type assigned_object_id assigned_object nat_inside nat_outside dns_name description ${TAIL}`,
    log: 'created owner description comments address vrf tenant status role assigned_object_type assigned_object_id nat_inside dns_name custom_fields tags',
  }),
];

const CF_NAME = /^[a-z0-9_]+$/i;
const extras: readonly Model[] = [
  model('extras.tag', 'extras/tags', {
    verbose: 'tag', className: 'Tag', contentType: 150, order: 'weight name', brief: 'id url display_url display name slug color',
    fields: { name: uniqueName(), slug: slug(), color: text(6, { default: '9e9e9e' }), description: text(200), weight: integer({ nullable: false, default: 1000 }, 0, 32767), object_types: objectTypes() },
    rest: `${HEAD} name slug color description weight object_types tagged_items created last_updated`, log: 'created name slug color description weight object_types',
  }),
  model('extras.customfield', 'extras/custom-fields', {
    verbose: 'custom field', className: 'CustomField', contentType: 151, branchable: false, order: 'group_name weight name', brief: NAME_BRIEF,
    fields: {
      object_types: objectTypes({ required: true }), type: choice(CF_TYPE, 'text'), related_object_type: objectType(), name: named(CF_NAME, 'Only alphanumeric characters and underscores are allowed.'), label: text(50), group_name: text(50),
      description: text(200), required: boolean(false), unique: boolean(false), search_weight: integer({ nullable: false, default: 1000 }), filter_logic: choice(CF_FILTER, 'loose'), ui_visible: choice(CF_VISIBLE, 'always'),
      ui_editable: choice(CF_EDITABLE, 'yes'), is_cloneable: boolean(false), default: json(), related_object_filter: json(), weight: integer({ nullable: false, default: 100 }), validation_minimum: integer({}, -9007199254740991, 9007199254740991),
      validation_maximum: integer({}, -9007199254740991, 9007199254740991), validation_regex: text(500), choice_set: fk('extras.customfieldchoiceset'), comments: text(100000),
    },
    rest: `${HEAD} object_types type related_object_type data_type name label group_name description required unique search_weight filter_logic ui_visible ui_editable is_cloneable default related_object_filter weight validation_minimum validation_maximum validation_regex choice_set owner comments created last_updated`,
    log: 'created owner object_types type related_object_type name label group_name description required unique search_weight filter_logic default related_object_filter weight validation_minimum validation_maximum validation_regex choice_set ui_visible ui_editable is_cloneable comments',
  }),
  model('extras.customfieldchoiceset', 'extras/custom-field-choice-sets', {
    verbose: 'custom field choice set', className: 'CustomFieldChoiceSet', contentType: 152, branchable: false, order: 'name', brief: 'id url display name description choices_count', displayPath: 'extras/custom-field-choices',
    fields: { name: uniqueName(), description: text(200), base_choices: text(50, { nullable: true, default: null }), extra_choices: json([], { required: true }), order_alphabetically: boolean(false) },
    rest: `${HEAD} name description base_choices extra_choices order_alphabetically choices_count owner created last_updated`, log: 'created owner name description base_choices extra_choices order_alphabetically',
  }),
  model('extras.webhook', 'extras/webhooks', {
    verbose: 'webhook', className: 'Webhook', contentType: 153, branchable: false, order: 'name', brief: NAME_BRIEF,
    fields: {
      name: uniqueName(150), description: text(200), payload_url: text(500, { required: true }), http_method: text(30, { default: 'POST' }), http_content_type: text(100, { default: 'application/json' }), additional_headers: text(100000),
      body_template: text(100000), secret: text(255), ssl_verification: boolean(true), ca_file_path: text(4096, { nullable: true, default: null }),
    },
    rest: `${HEAD} name description payload_url http_method http_content_type additional_headers body_template secret ssl_verification ca_file_path custom_fields owner tags created last_updated`,
    log: 'created owner name description payload_url http_method http_content_type additional_headers body_template secret ssl_verification ca_file_path custom_fields tags',
  }),
  model('extras.eventrule', 'extras/event-rules', {
    verbose: 'event rule', className: 'EventRule', contentType: 154, branchable: false, order: 'name', brief: NAME_BRIEF,
    fields: {
      object_types: objectTypes({ required: true }), name: uniqueName(150), enabled: boolean(true), event_types: texts({ required: true }, EVENT_TYPES), conditions: json(), action_type: choice(ACTION_TYPE, 'webhook', { required: true }),
      action_object_type: objectType({ required: true, nullable: false }), action_object_id: integer({}, 1), description: text(200),
    },
    rest: `${HEAD} object_types name enabled event_types conditions action_type action_object_type action_object_id action_object description custom_fields owner tags created last_updated`,
    log: 'created owner object_types name description event_types enabled conditions action_type action_object_type action_object_id custom_fields tags',
  }),
  model('extras.journalentry', 'extras/journal-entries', {
    verbose: 'journal entry', plural: 'journal entries', className: 'JournalEntry', contentType: 155, order: '-created', brief: 'id url display created',
    fields: { assigned_object_type: objectType({ required: true, nullable: false }), assigned_object_id: integer({ required: true, nullable: false }, 1), created_by: readOnly(fk('users.user', 'null')), kind: choice(JOURNAL_KIND, 'info'), comments: text(100000, { required: true }) },
    rest: `${HEAD} assigned_object_type assigned_object_id assigned_object created created_by kind comments tags custom_fields last_updated`, log: 'created assigned_object_type assigned_object_id created_by kind comments custom_fields tags',
  }),
];

const users: readonly Model[] = [
  model('users.user', 'users/users', {
    verbose: 'user', className: 'User', contentType: 170, branchable: false, changeLogged: false, order: 'username', brief: 'id url display username',
    fields: {
      username: named(/^[\w.@+-]+$/, 'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.'), first_name: text(150), last_name: text(150), email: text(254), is_active: boolean(true),
      is_superuser: readOnly(boolean(false)), date_joined: readOnly(time()), last_login: readOnly(time()), groups: many('users.group'),
    },
    rest: `${HEAD} username first_name last_name email is_active date_joined last_login groups permissions`, log: 'username first_name last_name email is_active groups',
  }),
  model('users.group', 'users/groups', {
    verbose: 'group', className: 'Group', contentType: 171, branchable: false, changeLogged: false, order: 'name', brief: NAME_BRIEF,
    fields: { name: uniqueName(150), description: text(200) }, rest: `${HEAD} name description permissions user_count`, log: 'name description',
  }),
  model('users.objectpermission', 'users/permissions', {
    verbose: 'permission', className: 'ObjectPermission', contentType: 172, branchable: false, changeLogged: false, order: 'name', brief: 'id url display name description enabled object_types actions',
    fields: { name: requiredName(), description: text(200), enabled: boolean(true), object_types: objectTypes({ required: true }), actions: texts({ required: true }), constraints: json(), groups: many('users.group'), users: many('users.user') },
    rest: `${HEAD} name description enabled object_types actions constraints groups users`, log: 'name description enabled object_types actions constraints groups users',
  }),
  model('users.token', 'users/tokens', {
    verbose: 'token', className: 'Token', contentType: 173, branchable: false, changeLogged: false, order: '-created', brief: 'id url display',
    fields: {
      version: integer({ nullable: false, default: 2 }, 1, 2), key: readOnly(text(12, { nullable: true, default: null })), user: owning('users.user'), description: text(200), expires: time(), last_used: readOnly(time()), enabled: boolean(true),
      write_enabled: boolean(true), allowed_ips: texts(),
    },
    rest: `${HEAD} version key user description created expires last_used enabled write_enabled pepper_id allowed_ips token`, log: 'version key user description expires enabled write_enabled allowed_ips',
  }),
];

const branching: readonly Model[] = [
  model('netbox_branching.branch', 'plugins/branching/branches', {
    verbose: 'branch', plural: 'branches', className: 'Branch', contentType: 180, branchable: false, bulk: false, order: 'name', brief: 'id url display name status description',
    fields: {
      name: uniqueName(), status: readOnly(choice(BRANCH_STATUS, 'new')), owner: readOnly(fk('users.user', 'null')), schema_id: readOnly(text(8)), last_sync: readOnly(time()), merged_time: readOnly(time()), merged_by: readOnly(fk('users.user', 'null')),
      merge_strategy: readOnly(text(20, { nullable: true, default: null })), applied_migrations: readOnly(json([])), ...prose,
    },
    rest: 'id url display name status owner description schema_id last_sync merged_time merged_by comments tags custom_fields created last_updated',
    log: 'created last_updated description comments name owner schema_id status applied_migrations last_sync merged_time merged_by merge_strategy custom_fields tags',
  }),
];

export const MODELS: readonly Model[] = [...dcim, ...virtualization, ...ipam, ...extras, ...users, ...branching, ...SIDE_MODELS];
