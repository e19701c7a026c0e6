// Choice lists of NetBox 4.5 with the labels REST shows beside the raw values.
import type { Choices } from './field';

const list = (...pairs: readonly string[]): Choices => pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);

export const SITE_STATUS = list('planned=Planned', 'staging=Staging', 'active=Active', 'decommissioning=Decommissioning', 'retired=Retired');
export const CLUSTER_STATUS = list('planned=Planned', 'staging=Staging', 'active=Active', 'decommissioning=Decommissioning', 'offline=Offline');
export const DEVICE_STATUS = list('offline=Offline', 'active=Active', 'planned=Planned', 'staged=Staged', 'failed=Failed', 'inventory=Inventory', 'decommissioning=Decommissioning');
export const VM_STATUS = list('offline=Offline', 'active=Active', 'planned=Planned', 'staged=Staged', 'failed=Failed', 'decommissioning=Decommissioning', 'paused=Paused');
export const START_ON_BOOT = list('on=On', 'off=Off', 'laststate=Last State');
export const INTERFACE_MODE = list('access=Access', 'tagged=Tagged', 'tagged-all=Tagged (All)', 'q-in-q=Q-in-Q (802.1ad)');
export const INTERFACE_TYPE = list('virtual=Virtual', 'bridge=Bridge', 'lag=Link Aggregation Group (LAG)', '1000base-t=1000BASE-T (1GE)', '10gbase-x-sfpp=SFP+ (10GE)', 'other=Other');
export const IP_STATUS = list('active=Active', 'reserved=Reserved', 'deprecated=Deprecated', 'dhcp=DHCP', 'slaac=SLAAC');
export const IP_ROLE = list('loopback=Loopback', 'secondary=Secondary', 'anycast=Anycast', 'vip=VIP', 'vrrp=VRRP', 'hsrp=HSRP', 'glbp=GLBP', 'carp=CARP');
export const PREFIX_STATUS = list('container=Container', 'active=Active', 'reserved=Reserved', 'deprecated=Deprecated');
export const VLAN_STATUS = list('active=Active', 'reserved=Reserved', 'deprecated=Deprecated');
export const QINQ_ROLE = list('svlan=Service', 'cvlan=Customer');
export const INVENTORY_STATUS = list('offline=Offline', 'active=Active', 'planned=Planned', 'staged=Staged', 'failed=Failed', 'decommissioning=Decommissioning');
export const L2VPN_STATUS = list('active=Active', 'planned=Planned', 'decommissioning=Decommissioning');
export const L2VPN_TYPE = list(
  'vpws=VPWS', 'vpls=VPLS', 'vxlan=VXLAN', 'vxlan-evpn=VXLAN-EVPN', 'mpls-evpn=MPLS EVPN', 'pbb-evpn=PBB EVPN', 'evpn-vpws=EVPN VPWS', 'epl=EPL', 'evpl=EVPL', 'ep-lan=Ethernet Private LAN',
  'evp-lan=Ethernet Virtual Private LAN', 'ep-tree=Ethernet Private Tree', 'evp-tree=Ethernet Virtual Private Tree', 'spb=SPB',
);
export const CF_TYPE = list(
  'text=Text', 'longtext=Text (long)', 'integer=Integer', 'decimal=Decimal', 'boolean=Boolean (true/false)', 'date=Date', 'datetime=Date & time', 'url=URL', 'json=JSON',
  'select=Selection', 'multiselect=Multiple selection', 'object=Object', 'multiobject=Multiple objects',
);
export const CF_FILTER = list('disabled=Disabled', 'loose=Loose', 'exact=Exact');
export const CF_VISIBLE = list('always=Always', 'if-set=If set', 'hidden=Hidden');
export const CF_EDITABLE = list('yes=Yes', 'no=No', 'hidden=Hidden');
export const ACTION_TYPE = list('webhook=Webhook', 'script=Script', 'notification=Notification');
export const JOURNAL_KIND = list('info=Info', 'success=Success', 'warning=Warning', 'danger=Danger');
export const BRANCH_STATUS = list(
  'new=New', 'provisioning=Provisioning', 'ready=Ready', 'syncing=Syncing', 'migrating=Migrating', 'merging=Merging', 'reverting=Reverting', 'merged=Merged', 'archived=Archived',
  'pending-migrations=Pending Migrations', 'failed=Failed',
);
export const EVENT_TYPES: readonly string[] = [
  'object_created', 'object_updated', 'object_deleted', 'job_started', 'job_completed', 'job_failed', 'job_errored',
  'branch_provisioned', 'branch_deprovisioned', 'branch_synced', 'branch_merged', 'branch_reverted',
];
export const JOB_STATUS = list('pending=Pending', 'scheduled=Scheduled', 'running=Running', 'completed=Completed', 'errored=Errored', 'failed=Failed');
export const CHANGE_ACTION = list('create=Created', 'update=Updated', 'delete=Deleted');
export const BRANCH_EVENT = list('provisioned=Provisioned', 'synced=Synced', 'migrated=Migrated', 'merged=Merged', 'reverted=Reverted', 'archived=Archived');

/** `{value, label}` as REST shows a choice; an unlisted value is its own label. */
export const labelled = (choices: Choices, value: string): { readonly value: string; readonly label: string } => ({ value, label: choices.find(([known]) => known === value)?.[1] ?? value });
