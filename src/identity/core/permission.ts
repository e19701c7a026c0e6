// The words for what somebody may do; the table person_permissions repeats them as a CHECK.

export const permissions = [
  'view', 'operate', 'administer', 'approve_deletion',
  'apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc',
] as const;
export type Permission = (typeof permissions)[number];

/** P17: a service neither approves a deletion nor changes a gate. The table service_tokens repeats this as a CHECK. */
export const servicePermissions = permissions.filter((permission) => permission !== 'approve_deletion' && permission !== 'administer');

export const isPermission = (text: string): text is Permission => (permissions as readonly string[]).includes(text);

/** What each permission lets somebody do, for refusals and pages. */
export const permissionWords: Readonly<Record<Permission, string>> = {
  view: 'look at guests, plans, jobs and requests',
  operate: 'resume jobs, start reflection runs and freeze',
  administer: 'change connections and propose policy',
  approve_deletion: 'approve or veto deletions',
  apply_create_vm: 'create VMs', apply_update_vm: 'change VMs', apply_create_lxc: 'create containers', apply_update_lxc: 'change containers',
  request_deletion_vm: 'ask for the deletion of VMs', request_deletion_lxc: 'ask for the deletion of containers',
};
