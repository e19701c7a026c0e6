// Privileges and built-in roles of Proxmox VE, by version: VM.Monitor went away with 9, VM.GuestAgent.* came.
import type { PveVersion } from '../../proxmox/schema';

const common = [
  'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.AllocateTemplate', 'Datastore.Audit', 'Group.Allocate', 'Mapping.Audit', 'Mapping.Modify', 'Mapping.Use', 'Permissions.Modify', 'Pool.Allocate', 'Pool.Audit', 'Realm.Allocate', 'Realm.AllocateUser',
  'SDN.Allocate', 'SDN.Audit', 'SDN.Use', 'Sys.AccessNetwork', 'Sys.Audit', 'Sys.Console', 'Sys.Incoming', 'Sys.Modify', 'Sys.PowerMgmt', 'Sys.Syslog', 'User.Modify', 'VM.Allocate', 'VM.Audit', 'VM.Backup', 'VM.Clone', 'VM.Config.CDROM', 'VM.Config.CPU',
  'VM.Config.Cloudinit', 'VM.Config.Disk', 'VM.Config.HWType', 'VM.Config.Memory', 'VM.Config.Network', 'VM.Config.Options', 'VM.Console', 'VM.Migrate', 'VM.PowerMgmt', 'VM.Snapshot', 'VM.Snapshot.Rollback',
];

const listed: Readonly<Record<PveVersion, readonly string[]>> = {
  '8.4': [...common, 'VM.Monitor'].sort(),
  '9.0': [...common, 'VM.GuestAgent.Audit', 'VM.GuestAgent.FileRead', 'VM.GuestAgent.FileSystemMgmt', 'VM.GuestAgent.FileWrite', 'VM.GuestAgent.Unrestricted', 'VM.Replicate'].sort(),
};
export const privilegesOf = (version: PveVersion): readonly string[] => listed[version];

const audits = ['Datastore.Audit', 'Mapping.Audit', 'Pool.Audit', 'SDN.Audit', 'Sys.Audit', 'VM.Audit'];

/** Roles every installation has; they cannot be changed. */
export function builtInRoles(version: PveVersion): Readonly<Record<string, readonly string[]>> {
  const all = privilegesOf(version);
  const vmAdmin = all.filter((privilege) => privilege.startsWith('VM.'));
  const vmUser = ['VM.Audit', 'VM.Backup', 'VM.Config.CDROM', 'VM.Config.Cloudinit', 'VM.Console', 'VM.PowerMgmt', ...(version === '8.4' ? [] : ['VM.GuestAgent.Audit'])];
  return {
    Administrator: all, NoAccess: [],
    PVEAdmin: all.filter((privilege) => !['Permissions.Modify', 'Realm.Allocate', 'Sys.Modify', 'Sys.PowerMgmt', 'Sys.Incoming', 'Sys.AccessNetwork'].includes(privilege)),
    PVEAuditor: version === '8.4' ? audits : [...audits, 'VM.GuestAgent.Audit'],
    PVEDatastoreAdmin: ['Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.AllocateTemplate', 'Datastore.Audit'], PVEDatastoreUser: ['Datastore.AllocateSpace', 'Datastore.Audit'],
    PVEMappingAdmin: ['Mapping.Audit', 'Mapping.Modify', 'Mapping.Use'], PVEMappingAuditor: ['Mapping.Audit'], PVEMappingUser: ['Mapping.Audit', 'Mapping.Use'],
    PVEPoolAdmin: ['Pool.Allocate', 'Pool.Audit'], PVEPoolUser: ['Pool.Audit'], PVESDNAdmin: ['SDN.Allocate', 'SDN.Audit', 'SDN.Use'], PVESDNUser: ['SDN.Audit', 'SDN.Use'],
    PVESysAdmin: ['Sys.Audit', 'Sys.Console', 'Sys.Syslog'], PVETemplateUser: ['VM.Audit', 'VM.Clone'], PVEUserAdmin: ['Group.Allocate', 'Realm.AllocateUser', 'User.Modify'], PVEVMAdmin: vmAdmin, PVEVMUser: vmUser,
  };
}
