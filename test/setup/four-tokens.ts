// Four narrow tokens as an administrator was told to set them up when they were tried on a real PVE 8.4, by the calls he made.
import { specCluster, type SpecCluster } from './proxmox-cluster';
import type { PveAnswer, PveCaller, PveParams } from '../../src/lab/proxmox';

export const tokens = ['reflect', 'apply', 'quarantine', 'destroy'] as const;
export type TokenName = (typeof tokens)[number];
const poolOf = { none: null, cust: 'cust', intake: 'sluice-intake', managed: 'sluice-managed', doomed: 'sluice-doomed', templates: 'templates', sub: 'cust/sub' } as const;
export type Place = keyof typeof poolOf;
export const usual: readonly Place[] = ['none', 'cust', 'intake', 'managed', 'doomed'];

const intakeRights = 'VM.Allocate,VM.Audit,Pool.Allocate,VM.Config.CPU,VM.Config.Memory,VM.Config.Disk,VM.Config.Network,VM.Config.HWType,VM.Config.Options,VM.Config.CDROM,VM.Config.Cloudinit';
const plain = { SysAudit: 'Sys.Audit', VmAudit: 'VM.Audit', StoreAudit: 'Datastore.Audit', PoolAudit: 'Pool.Audit', NetAudit: 'SDN.Audit', MapAudit: 'Mapping.Audit', Space: 'Datastore.AllocateSpace', Bridge: 'SDN.Use', Template: 'VM.Clone' } as const;
const padded = { Intake: intakeRights, Managed: 'VM.Audit,Pool.Allocate,VM.PowerMgmt,VM.Config.CPU,VM.Config.Memory,VM.Config.Network,VM.Config.Options,VM.Config.Cloudinit', Power: 'VM.Audit,VM.PowerMgmt', Pull: 'VM.Allocate,VM.Audit,Pool.Allocate', Destroyer: 'VM.Allocate,VM.Audit' } as const;
type Role = keyof typeof plain | keyof typeof padded;
const acls: readonly (readonly [TokenName, string, Role, 0 | 1])[] = [
  ['reflect', '/', 'SysAudit', 0], ['reflect', '/nodes', 'SysAudit', 1], ['reflect', '/vms', 'VmAudit', 1], ['reflect', '/storage', 'StoreAudit', 1], ['reflect', '/pool', 'PoolAudit', 1], ['reflect', '/sdn', 'NetAudit', 1], ['reflect', '/mapping', 'MapAudit', 1],
  ['apply', '/pool/sluice-intake', 'Intake', 0], ['apply', '/pool/sluice-managed', 'Managed', 0], ['apply', '/pool/sluice-doomed', 'Power', 0], ['apply', '/pool/templates', 'Template', 0], ['apply', '/storage/disks', 'Space', 0], ['apply', '/storage/local', 'StoreAudit', 0], ['apply', '/sdn/zones/localnetwork/vmbr0', 'Bridge', 0],
  ['quarantine', '/pool/sluice-managed', 'Pull', 0], ['quarantine', '/pool/sluice-doomed', 'Pull', 0], ['quarantine', '/pool/cust', 'Pull', 0], ['destroy', '/pool/sluice-doomed', 'Destroyer', 0],
];

export const vm = (vmid: number, rest = ''): string => `/nodes/pve1/qemu/${vmid}${rest}`;
export const line = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;
export const idOf = (token: TokenName): string => `sluice-${token}@pve!${token}`;

/** How the answer, or the task behind it, ended. */
export async function ended(caller: PveCaller, answer: PveAnswer): Promise<string> {
  return String(answer.body?.data).startsWith('UPID:') ? `${answer.status} task ${(await caller.finished(answer)).exitstatus}` : line(answer);
}

export interface FourTokens {
  readonly cluster: SpecCluster;
  readonly by: Readonly<Record<TokenName, PveCaller>>;
  root(method: string, path: string, params?: PveParams): Promise<PveAnswer>;
  nextVmid(): number;
  /** A new guest with a disk, in a place. */
  guestIn(place: Place, kind?: 'qemu' | 'lxc', more?: { readonly running?: boolean; readonly config?: Readonly<Record<string, string>> }): Promise<number>;
}

const options = {
  storages: [{ id: 'disks', content: 'images,rootdir', type: 'dir', sizeGiB: 500 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
  seed: { pools: ['cust', 'cust/sub', 'templates'], guests: [], images: [{ volid: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', gib: 0.2 }] },
} as const;

async function rolesOf(root: FourTokens['root']): Promise<void> {
  for (const [name, privs] of Object.entries(plain)) await root('POST', '/access/roles', { roleid: `Sluice${name}`, privs });
  for (const [name, privs] of Object.entries(padded)) for (const [half, pad] of [['User', 'Realm.AllocateUser'], ['Token', 'Group.Allocate']] as const) await root('POST', '/access/roles', { roleid: `Sluice${name}${half}`, privs: `${privs},${pad}` });
}

export async function fourTokens(): Promise<FourTokens> {
  const cluster = await specCluster([], options);
  const root: FourTokens['root'] = (method, path, params = {}) => cluster.root.call(method, path, params);
  let lastVmid = 1000;
  const nextVmid = (): number => (lastVmid += 1);
  for (const poolid of ['sluice-intake', 'sluice-managed', 'sluice-doomed']) await root('POST', '/pools', { poolid });
  await rolesOf(root);
  const by = {} as Record<TokenName, PveCaller>;
  for (const token of tokens) {
    await root('POST', '/access/users', { userid: `sluice-${token}@pve` });
    const made = await root('POST', `/access/users/sluice-${token}@pve/token/${token}`, { privsep: 1 });
    by[token] = cluster.as(idOf(token), (made.body?.data as { readonly value: string }).value);
  }
  for (const [token, path, role, propagate] of acls) for (const [half, holder] of [['User', { users: `sluice-${token}@pve` }], ['Token', { tokens: idOf(token) }]] as const) {
    const said = line(await root('PUT', '/access/acl', { path, propagate, roles: `Sluice${role}${role in padded ? half : ''}`, ...holder }));
    if (said !== '200 OK') throw new Error(`the set-up was refused: ${said}`);
  }
  return {
    cluster, by, root, nextVmid,
    async guestIn(place, kind = 'qemu', more = {}) {
      const vmid = nextVmid();
      const pool = poolOf[place];
      const config = kind === 'qemu' ? { name: `g${vmid}`, scsi0: `disks:${vmid}/vm-${vmid}-disk-0.qcow2,size=1G`, ostype: 'l26' } : { hostname: `g${vmid}`, rootfs: `disks:${vmid}/vm-${vmid}-disk-0.raw,size=1G`, ostype: 'debian', arch: 'amd64', unprivileged: '1' };
      await cluster.lab.act({ act: 'create', vmid, kind, ...(pool === null ? {} : { pool }), running: more.running ?? false, config: { memory: '64', ...config, ...more.config } });
      return vmid;
    },
  };
}
