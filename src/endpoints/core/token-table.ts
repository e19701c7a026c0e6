// Pools, roles and ACLs of Sluice's five tokens, as data: the table "Tokens at Proxmox" of docs/architecture.md. An administrator is
// given it to run (setup), the self-check compares with it (rights), and the simulator is set up with it. Carries P15, P16.

export type TokenName = 'reflect' | 'create' | 'update' | 'lender' | 'destroy';
export const tokenNames: readonly TokenName[] = ['reflect', 'create', 'update', 'lender', 'destroy'];

/** Where new guests are made before they are handed over. */
export const intakePool = 'sluice-intake';
export const managedPool = 'sluice-managed';

/** What an administrator decides: which pools, storages and bridges Sluice may use. */
export interface SluiceScope {
  readonly managedPools: readonly string[];
  readonly deletablePools: readonly string[];
  readonly storages: readonly string[];
  readonly bridges: readonly string[];
  /** Some of the managed pools: disks of their guests may be made, grown and detached, and guests moved to another node. */
  readonly diskPools?: readonly string[];
  readonly migratePools?: readonly string[];
  readonly isoStorages?: readonly string[];
  readonly templatesPool?: string;
}

export interface Acl { readonly path: string; readonly role: string; readonly holder: string; readonly type: 'user' | 'token'; readonly propagate: boolean }

/** Users and tokens have fixed names: whoever reads an ACL list or a UPID in Proxmox sees which of our hands it was (P38). */
export const userOf = (token: TokenName): string => `sluice-${token}@pve`;
export const tokenIdOf = (token: TokenName): string => `sluice-${token}@pve!${token}`;

export const configRights = (...parts: readonly string[]): readonly string[] => parts.map((part) => `VM.Config.${part}`);
export const intakeRights = ['VM.Allocate', 'VM.Audit', 'Pool.Allocate', ...configRights('CPU', 'Memory', 'Disk', 'Network', 'HWType', 'Options', 'CDROM', 'Cloudinit')];
/** What `update` holds on a managed pool; never VM.Config.HWType, which rewrites the identity. */
export const managedRights = ['VM.Audit', 'VM.PowerMgmt', ...configRights('CPU', 'Memory', 'Network', 'Options', 'Cloudinit')];
/** What the lender holds, and exactly what a loan hands on. */
export const loanRights = ['VM.Allocate', 'VM.Audit', 'Pool.Audit'];

export const sluiceRoles: Readonly<Record<string, readonly string[]>> = {
  SluiceSysAudit: ['Sys.Audit'], SluiceVmAudit: ['VM.Audit'], SluiceStoreAudit: ['Datastore.Audit'], SluicePoolAudit: ['Pool.Audit'], SluiceNetAudit: ['SDN.Audit'], SluiceMapAudit: ['Mapping.Audit'],
  SluiceSpace: ['Datastore.AllocateSpace'], SluiceBridge: ['SDN.Use'], SluiceTemplate: ['VM.Clone'], SluiceHandOver: ['Pool.Allocate'],
  // Padded: what is left of the two halves is a superset of no role, so the creator can hand nothing on.
  SluiceIntakeUser: [...intakeRights, 'Realm.AllocateUser'], SluiceIntakeToken: [...intakeRights, 'Group.Allocate'],
  SluiceManaged: managedRights, SluiceDisk: ['VM.Config.Disk'], SluiceMigrate: ['VM.Migrate'],
  // Unpadded on purpose: the lender has to be able to hand on exactly SluiceDestroyOne.
  SluiceLend: loanRights, SluiceDestroyOne: loanRights,
};

/** Every ACL twice, for the user and for the token: with privilege separation the right is the intersection of the two. */
export function sluiceAcls(scope: SluiceScope): readonly Acl[] {
  const twice = (token: TokenName, path: string, role: string, propagate = false, tokenRole = role): readonly Acl[] => [
    { path, role, holder: userOf(token), type: 'user', propagate },
    { path, role: tokenRole, holder: tokenIdOf(token), type: 'token', propagate },
  ];
  return [
    ...twice('reflect', '/', 'SluiceSysAudit'), ...twice('reflect', '/access', 'SluiceSysAudit'), ...twice('reflect', '/nodes', 'SluiceSysAudit', true), ...twice('reflect', '/vms', 'SluiceVmAudit', true),
    ...twice('reflect', '/storage', 'SluiceStoreAudit', true), ...twice('reflect', '/pool', 'SluicePoolAudit', true), ...twice('reflect', '/sdn', 'SluiceNetAudit', true), ...twice('reflect', '/mapping', 'SluiceMapAudit', true),
    ...twice('create', `/pool/${intakePool}`, 'SluiceIntakeUser', false, 'SluiceIntakeToken'),
    ...(scope.templatesPool === undefined ? [] : twice('create', `/pool/${scope.templatesPool}`, 'SluiceTemplate')),
    ...scope.storages.flatMap((storage) => twice('create', `/storage/${storage}`, 'SluiceSpace')),
    ...(scope.isoStorages ?? []).filter((storage) => !scope.storages.includes(storage)).flatMap((storage) => twice('create', `/storage/${storage}`, 'SluiceStoreAudit')),
    ...scope.managedPools.flatMap((pool) => [...twice('create', `/pool/${pool}`, 'SluiceHandOver'), ...twice('update', `/pool/${pool}`, 'SluiceManaged')]),
    ...(scope.diskPools ?? []).flatMap((pool) => twice('update', `/pool/${pool}`, 'SluiceDisk')), ...(scope.migratePools ?? []).flatMap((pool) => twice('update', `/pool/${pool}`, 'SluiceMigrate')),
    ...((scope.diskPools ?? []).length === 0 ? [] : scope.storages.flatMap((storage) => twice('update', `/storage/${storage}`, 'SluiceSpace'))),
    // Propagated, so that a bridge includes its VLAN tags (Proxmox VE 8.4 asks for /sdn/zones/ZONE/BRIDGE/TAG).
    ...scope.bridges.flatMap((bridge) => [...twice('create', `/sdn/zones/localnetwork/${bridge}`, 'SluiceBridge', true), ...twice('update', `/sdn/zones/localnetwork/${bridge}`, 'SluiceBridge', true)]),
    ...scope.deletablePools.flatMap((pool) => twice('lender', `/pool/${pool}`, 'SluiceLend')),
  ];
}
