// What each privilege can and cannot do, as four narrow tokens were tried on a real PVE 8.4: for every act the places where it is
// allowed, and 403 with the privilege's name everywhere else. Restoring over a guest is not simulated, and not played.
import { specCluster, type SpecCluster } from '../setup/proxmox-cluster';
import type { PveAnswer, PveCaller, PveParams } from '../../src/lab/proxmox';

const tokens = ['reflect', 'apply', 'quarantine', 'destroy'] as const;
type TokenName = (typeof tokens)[number];
const poolOf = { none: null, cust: 'cust', intake: 'sluice-intake', managed: 'sluice-managed', doomed: 'sluice-doomed', templates: 'templates', sub: 'cust/sub' } as const;
type Place = keyof typeof poolOf;
const usual: readonly Place[] = ['none', 'cust', 'intake', 'managed', 'doomed'];

const intakeRights = 'VM.Allocate,VM.Audit,Pool.Allocate,VM.Config.CPU,VM.Config.Memory,VM.Config.Disk,VM.Config.Network,VM.Config.HWType,VM.Config.Options,VM.Config.CDROM,VM.Config.Cloudinit';
const plain = { SysAudit: 'Sys.Audit', VmAudit: 'VM.Audit', StoreAudit: 'Datastore.Audit', PoolAudit: 'Pool.Audit', NetAudit: 'SDN.Audit', MapAudit: 'Mapping.Audit', Space: 'Datastore.AllocateSpace', Bridge: 'SDN.Use', Template: 'VM.Clone' } as const;
const padded = { Intake: intakeRights, Managed: 'VM.Audit,Pool.Allocate,VM.PowerMgmt,VM.Config.CPU,VM.Config.Memory,VM.Config.Network,VM.Config.Options,VM.Config.Cloudinit', Power: 'VM.Audit,VM.PowerMgmt', Pull: 'VM.Allocate,VM.Audit,Pool.Allocate', Destroyer: 'VM.Allocate,VM.Audit' } as const;
type Role = keyof typeof plain | keyof typeof padded;
const acls: readonly (readonly [TokenName, string, Role, 0 | 1])[] = [
  ['reflect', '/', 'SysAudit', 0], ['reflect', '/nodes', 'SysAudit', 1], ['reflect', '/vms', 'VmAudit', 1], ['reflect', '/storage', 'StoreAudit', 1], ['reflect', '/pool', 'PoolAudit', 1], ['reflect', '/sdn', 'NetAudit', 1], ['reflect', '/mapping', 'MapAudit', 1],
  ['apply', '/pool/sluice-intake', 'Intake', 0], ['apply', '/pool/sluice-managed', 'Managed', 0], ['apply', '/pool/sluice-doomed', 'Power', 0], ['apply', '/pool/templates', 'Template', 0], ['apply', '/storage/disks', 'Space', 0], ['apply', '/storage/local', 'StoreAudit', 0], ['apply', '/sdn/zones/localnetwork/vmbr0', 'Bridge', 0],
  ['quarantine', '/pool/sluice-managed', 'Pull', 0], ['quarantine', '/pool/sluice-doomed', 'Pull', 0], ['quarantine', '/pool/cust', 'Pull', 0], ['destroy', '/pool/sluice-doomed', 'Destroyer', 0],
];

const vm = (vmid: number, rest = ''): string => `/nodes/pve1/qemu/${vmid}${rest}`;
const line = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;

let cluster: SpecCluster;
let by: Readonly<Record<TokenName, PveCaller>>;
let lastVmid = 1000;
const root = (method: string, path: string, params: PveParams = {}): Promise<PveAnswer> => cluster.root.call(method, path, params);
const idOf = (token: TokenName): string => `sluice-${token}@pve!${token}`;

/** A new guest with a disk, in a place. */
async function guestIn(place: Place, kind: 'qemu' | 'lxc' = 'qemu', more: { readonly running?: boolean; readonly config?: Readonly<Record<string, string>> } = {}): Promise<number> {
  const vmid = (lastVmid += 1);
  const pool = poolOf[place];
  const disk = kind === 'qemu' ? { name: `g${vmid}`, scsi0: `disks:${vmid}/vm-${vmid}-disk-0.qcow2,size=1G`, ostype: 'l26' } : { hostname: `g${vmid}`, rootfs: `disks:${vmid}/vm-${vmid}-disk-0.raw,size=1G`, ostype: 'debian', arch: 'amd64', unprivileged: '1' };
  await cluster.lab.act({ act: 'create', vmid, kind, ...(pool === null ? {} : { pool }), running: more.running ?? false, config: { memory: '64', ...disk, ...more.config } });
  return vmid;
}

async function ended(caller: PveCaller, answer: PveAnswer): Promise<string> {
  return String(answer.body?.data).startsWith('UPID:') ? `${answer.status} task ${(await caller.finished(answer)).exitstatus}` : line(answer);
}

beforeAll(async () => {
  cluster = await specCluster([], { storages: [{ id: 'disks', content: 'images,rootdir', type: 'dir', sizeGiB: 500 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }], seed: { pools: ['cust', 'cust/sub', 'templates'], guests: [], images: [{ volid: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', gib: 0.2 }] } });
  for (const poolid of ['sluice-intake', 'sluice-managed', 'sluice-doomed']) await root('POST', '/pools', { poolid });
  for (const [name, privs] of Object.entries(plain)) await root('POST', '/access/roles', { roleid: `Sluice${name}`, privs });
  for (const [name, privs] of Object.entries(padded)) for (const [half, pad] of [['User', 'Realm.AllocateUser'], ['Token', 'Group.Allocate']] as const) await root('POST', '/access/roles', { roleid: `Sluice${name}${half}`, privs: `${privs},${pad}` });
  const callers = {} as Record<TokenName, PveCaller>;
  for (const token of tokens) {
    await root('POST', '/access/users', { userid: `sluice-${token}@pve` });
    const made = await root('POST', `/access/users/sluice-${token}@pve/token/${token}`, { privsep: 1 });
    callers[token] = cluster.as(idOf(token), (made.body?.data as { readonly value: string }).value);
  }
  by = callers;
  for (const [token, path, role, propagate] of acls) for (const [half, holder] of [['User', { users: `sluice-${token}@pve` }], ['Token', { tokens: idOf(token) }]] as const) {
    expect(line(await root('PUT', '/access/acl', { path, propagate, roles: `Sluice${role}${role in padded ? half : ''}`, ...holder }))).toBe('200 OK');
  }
});
afterAll(() => cluster.close());

interface Act { readonly act: string; readonly privilege: string; readonly ask: (caller: PveCaller, vmid: number) => Promise<PveAnswer>; readonly allowed: Partial<Record<TokenName, readonly Place[]>>; readonly places?: readonly Place[]; readonly running?: true }
const put = (params: PveParams) => (caller: PveCaller, vmid: number): Promise<PveAnswer> => caller.call('PUT', vm(vmid, '/config'), params);
const post = (rest: string, params: PveParams = {}) => (caller: PveCaller, vmid: number): Promise<PveAnswer> => caller.call('POST', vm(vmid, rest), params);
const configured: Act['allowed'] = { apply: ['intake', 'managed'] };
const acts: readonly Act[] = [
  { act: 'read the configuration', privilege: 'VM.Audit', ask: (caller, vmid) => caller.call('GET', vm(vmid, '/config')), allowed: { reflect: usual, apply: ['intake', 'managed', 'doomed'], quarantine: ['cust', 'managed', 'doomed'], destroy: ['doomed'] } },
  { act: 'describe', privilege: 'VM.Config.Options', ask: put({ description: 'x' }), allowed: configured },
  { act: 'name', privilege: 'VM.Config.Options', ask: put({ name: 'x' }), allowed: configured },
  { act: 'tag', privilege: 'VM.Config.Options', ask: put({ tags: 'x' }), allowed: configured },
  { act: 'protect', privilege: 'VM.Config.Options', ask: put({ protection: 1 }), allowed: configured },
  { act: 'set cores', privilege: 'VM.Config.CPU', ask: put({ cores: 2 }), allowed: configured },
  { act: 'set memory', privilege: 'VM.Config.Memory', ask: put({ memory: 128 }), allowed: configured },
  { act: 'set a network device', privilege: 'VM.Config.Network', ask: put({ net0: 'virtio,bridge=vmbr0' }), allowed: configured },
  { act: 'set the identity', privilege: 'VM.Config.HWType', ask: put({ smbios1: 'uuid=11111111-2222-4333-8444-555555555555' }), allowed: { apply: ['intake'] } },
  { act: 'set the boot order', privilege: 'VM.Config.Disk', ask: put({ boot: 'order=scsi0' }), allowed: { apply: ['intake'] } },
  { act: 'grow a disk', privilege: 'VM.Config.Disk', ask: (caller, vmid) => caller.call('PUT', vm(vmid, '/resize'), { disk: 'scsi0', size: '+1G' }), allowed: { apply: ['intake'] } },
  { act: 'start', privilege: 'VM.PowerMgmt', ask: post('/status/start'), allowed: { apply: ['managed', 'doomed'] } },
  { act: 'stop', privilege: 'VM.PowerMgmt', ask: post('/status/stop'), allowed: { apply: ['managed', 'doomed'] }, running: true },
  { act: 'snapshot', privilege: 'VM.Snapshot', ask: post('/snapshot', { snapname: 's1' }), allowed: {} },
  { act: 'migrate', privilege: 'VM.Migrate', ask: post('/migrate', { target: 'pve2' }), allowed: {} },
  { act: 'convert to a template', privilege: 'VM.Allocate', ask: post('/template'), allowed: { apply: ['intake'], quarantine: ['cust', 'managed', 'doomed'], destroy: ['doomed'] } },
  { act: 'ask the agent to run something', privilege: 'VM.Monitor', ask: post('/agent/exec', { command: 'true' }), allowed: {}, running: true },
  { act: 'destroy', privilege: 'VM.Allocate', ask: (caller, vmid) => caller.call('DELETE', vm(vmid)), allowed: { apply: ['intake'], quarantine: ['cust', 'managed', 'doomed'], destroy: ['doomed'] } },
];

describe('what four narrow tokens may do to a guest of each pool', () => {
  it.each(acts)('$act', async ({ privilege, ask, allowed, running }) => {
    await Promise.all(tokens.flatMap((token) => usual.map(async (place) => {
      const vmid = await guestIn(place, 'qemu', { running: running ?? false });
      const said = `${token} in ${place}: ${await ended(by[token], await ask(by[token], vmid))}`;
      if (allowed[token]?.includes(place) === true) expect(said).toMatch(/: 200 (?:OK|task OK)$/);
      else {
        expect(said).toContain(`: 403 Permission check failed (/vms/${vmid}, `);
        expect(said).toContain(privilege);
      }
    })));
  });

  it('clone: where VM.Clone is, into a pool with VM.Allocate', async () => {
    for (const [place, said] of [['templates', /^200 task OK$/], ['managed', /VM\.Clone/], ['cust', /VM\.Clone/]] as const) {
      expect(await ended(by.apply, await by.apply.call('POST', vm(await guestIn(place), '/clone'), { newid: (lastVmid += 1), pool: 'sluice-intake', full: 1 }))).toMatch(said);
    }
  });

  it('grant: a role is refused where the right to grant is, and the right everywhere else', async () => {
    const grants: Partial<Record<TokenName, readonly Place[]>> = { apply: ['intake'], quarantine: ['cust', 'managed', 'doomed'], destroy: ['doomed'] };
    for (const token of tokens) for (const place of usual) {
      const vmid = await guestIn(place);
      const said = line(await by[token].call('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: 'SluiceDestroyerUser', users: `sluice-${token}@pve`, propagate: 0 }));
      expect(`${token} in ${place}: ${said}`).toContain(grants[token]?.includes(place) === true ? ': 500 ACL update failed: 400 Parameter verification failed.\nrole: Cannot add role ' : `: 403 Permission check failed (/vms/${vmid}, Permissions.Modify|VM.Allocate)`);
    }
  });

  const into = async (token: TokenName, pool: string, place: Place, more: PveParams = { 'allow-move': 1 }): Promise<string> => line(await by[token].call('PUT', '/pools', { poolid: pool, vms: await guestIn(place), ...more })).replace(/\d{4}/, 'ID');
  const inside = (what: string): string => `500 update pools failed: 403 Permission check failed (${what})`;
  const mayNotMove = inside('/vms/ID, Permissions.Modify|VM.Allocate');

  it('move into doomed', async () => {
    expect(await into('apply', 'sluice-doomed', 'managed')).toBe('403 Permission check failed (/pool/sluice-doomed, Pool.Allocate)');
    for (const place of ['cust', 'managed'] as const) expect(await into('quarantine', 'sluice-doomed', place)).toBe('200 OK');
    for (const place of ['none', 'intake', 'sub'] as const) expect(await into('quarantine', 'sluice-doomed', place)).toBe(mayNotMove);
    expect(await into('destroy', 'sluice-doomed', 'doomed')).toBe('403 Permission check failed (/pool/sluice-doomed, Pool.Allocate)');
  });

  it('move out of doomed: to managed, to a pool of a customer, to none', async () => {
    expect(await into('quarantine', 'sluice-managed', 'doomed')).toBe('200 OK');
    expect(await into('quarantine', 'cust', 'doomed')).toBe('200 OK');
    expect(await into('quarantine', 'sluice-doomed', 'doomed', { delete: 1 })).toBe('200 OK');
    expect(await into('apply', 'sluice-managed', 'doomed')).toBe(mayNotMove);
    expect(await into('destroy', 'sluice-managed', 'doomed')).toBe('403 Permission check failed (/pool/sluice-managed, Pool.Allocate)');
  });

  it('hand over from intake, once, and never back', async () => {
    expect(await into('apply', 'sluice-managed', 'intake', {})).toBe("500 update pools failed: VM ID belongs already to pool 'sluice-intake' and 'allow-move' is not set");
    expect(await into('apply', 'sluice-managed', 'intake')).toBe('200 OK');
    expect(await into('apply', 'sluice-intake', 'managed')).toBe(mayNotMove);
    expect(await into('quarantine', 'sluice-managed', 'intake')).toBe(mayNotMove);
    expect(await into('quarantine', 'sluice-intake', 'managed')).toBe('403 Permission check failed (/pool/sluice-intake, Pool.Allocate)');
  });

  const create = async (token: TokenName, params: PveParams, kind: 'qemu' | 'lxc' = 'qemu'): Promise<string> => {
    lastVmid += 1;
    return (await ended(by[token], await by[token].call('POST', `/nodes/pve1/${kind}`, { vmid: lastVmid, ...params }))).replaceAll(String(lastVmid), 'ID');
  };

  it('create: in intake by apply; an empty VM wherever VM.Allocate is', async () => {
    for (const pool of [{}, { pool: 'sluice-managed' }, { pool: 'cust' }, { pool: 'sluice-doomed' }]) expect(await create('apply', pool)).toBe('403 Permission check failed');
    expect(await create('apply', { pool: 'sluice-intake', scsi0: 'disks:1' })).toBe('200 task OK');
    for (const pool of ['cust', 'sluice-doomed']) expect(await create('quarantine', { pool })).toBe('200 task OK');
    for (const token of ['reflect', 'quarantine', 'destroy'] as const) expect(await create(token, { pool: 'sluice-intake' })).toBe('403 Permission check failed');
    expect(await create('destroy', { pool: 'sluice-doomed' })).toBe('200 task OK');
    expect(await create('destroy', { pool: 'sluice-doomed', scsi0: 'disks:1' })).toMatch(/^403 /);
  });

  it.each<readonly [string, PveParams, string]>([
    ['another storage', { scsi0: 'local:1' }, '403 Permission check failed (/storage/local, Datastore.AllocateSpace)'],
    ['another bridge', { net0: 'virtio,bridge=vmbr9' }, '403 Permission check failed (/sdn/zones/localnetwork/vmbr9, SDN.Use)'],
    ['a VLAN', { net0: 'virtio,bridge=vmbr0,tag=6' }, '403 Permission check failed (/sdn/zones/localnetwork/vmbr0/6, SDN.Use)'],
    ['an order of starting', { startup: 'order=1' }, '403 Permission check failed (/, Sys.Modify)'],
    ['arguments', { args: '-foo' }, "500 only root can set 'args' config"],
    ['a generation', { vmgenid: '1' }, "500 only root can set 'vmgenid' config"],
    ['a pool that is missing', { pool: 'nosuch' }, "403 Permission check failed (pool 'nosuch' does not exist)"],
  ])('create with %s', async (_what, params, said) => {
    expect(await create('apply', { pool: 'sluice-intake', ...params })).toBe(said);
  });

  it('create with a volume of somebody else', async () => {
    const foreign = await guestIn('cust');
    expect(await create('apply', { pool: 'sluice-intake', scsi0: `disks:${foreign}/vm-${foreign}-disk-0.qcow2` })).toBe('403 Permission check failed (/storage/disks, Datastore.Audit)');
  });

  const template = { ostemplate: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', pool: 'sluice-intake', rootfs: 'disks:1' };
  it('create a container: not with tags, and with more rights than it should have', async () => {
    expect(await create('apply', { ...template, unprivileged: 1, tags: 'x' }, 'lxc')).toBe('403 Permission check failed (/vms/ID, VM.Config.Options)');
    expect(await create('apply', { ...template, unprivileged: 0 }, 'lxc')).toBe('200 task OK');
    expect(await create('apply', { ...template, unprivileged: 1, startup: 'order=1' }, 'lxc')).toBe('200 task OK');
  });

  it('the cluster, users, roles and backups are nobody\'s', async () => {
    const vmid = await guestIn('doomed');
    for (const token of tokens) {
      const asked: readonly (readonly [string, string, PveParams])[] = [
        ['POST', '/cluster/ha/resources', { sid: `vm:${vmid}` }], ['PUT', '/cluster/options', { description: 'x' }], ['POST', '/access/users', { userid: 'x@pve' }], ['POST', '/access/roles', { roleid: 'X' }], ['POST', '/pools', { poolid: 'sluice-intake/k' }],
        ['POST', `/access/users/sluice-${token}@pve/token/own`, {}], ['GET', `/access/users/sluice-${token}@pve/token`, {}], ['POST', '/nodes/pve1/vzdump', { vmid, storage: 'local' }], ['DELETE', `/nodes/pve1/storage/disks/content/disks:${vmid}/vm-${vmid}-disk-0.qcow2`, {}],
      ];
      for (const [method, path, params] of asked) expect(`${token} ${method} ${path}: ${(await by[token].call(method, path, params)).status}`).toBe(`${token} ${method} ${path}: 403`);
    }
  });
});
