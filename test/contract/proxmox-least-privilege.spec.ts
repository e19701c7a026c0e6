// What each privilege can and cannot do, as four narrow tokens were tried on a real PVE 8.4: for every act the places where it is
// allowed, and 403 with the privilege's name everywhere else. Restoring over a guest is not simulated, and not played.
import { ended, fourTokens, line, tokens, usual, vm, type FourTokens, type Place, type TokenName } from '../setup/four-tokens';
import type { PveAnswer, PveCaller, PveParams } from '../../src/lab/proxmox';

let four: FourTokens;
beforeAll(async () => { four = await fourTokens(); });
afterAll(() => four.cluster.close());

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
      const vmid = await four.guestIn(place, 'qemu', { running: running ?? false });
      const said = `${token} in ${place}: ${await ended(four.by[token], await ask(four.by[token], vmid))}`;
      if (allowed[token]?.includes(place) === true) expect(said).toMatch(/: 200 (?:OK|task OK)$/);
      else {
        expect(said).toContain(`: 403 Permission check failed (/vms/${vmid}, `);
        expect(said).toContain(privilege);
      }
    })));
  });

  it('clone: where VM.Clone is, into a pool with VM.Allocate', async () => {
    for (const [place, said] of [['templates', /^200 task OK$/], ['managed', /VM\.Clone/], ['cust', /VM\.Clone/]] as const) {
      expect(await ended(four.by.apply, await four.by.apply.call('POST', vm(await four.guestIn(place), '/clone'), { newid: four.nextVmid(), pool: 'sluice-intake', full: 1 }))).toMatch(said);
    }
  });

  it('grant: a role is refused where the right to grant is, and the right everywhere else', async () => {
    const grants: Partial<Record<TokenName, readonly Place[]>> = { apply: ['intake'], quarantine: ['cust', 'managed', 'doomed'], destroy: ['doomed'] };
    for (const token of tokens) for (const place of usual) {
      const vmid = await four.guestIn(place);
      const said = line(await four.by[token].call('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: 'SluiceDestroyerUser', users: `sluice-${token}@pve`, propagate: 0 }));
      expect(`${token} in ${place}: ${said}`).toContain(grants[token]?.includes(place) === true ? ': 500 ACL update failed: 400 Parameter verification failed.\nrole: Cannot add role ' : `: 403 Permission check failed (/vms/${vmid}, Permissions.Modify|VM.Allocate)`);
    }
  });

  const into = async (token: TokenName, pool: string, place: Place, more: PveParams = { 'allow-move': 1 }): Promise<string> => line(await four.by[token].call('PUT', '/pools', { poolid: pool, vms: await four.guestIn(place), ...more })).replace(/\d{4}/, 'ID');
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
    const vmid = four.nextVmid();
    return (await ended(four.by[token], await four.by[token].call('POST', `/nodes/pve1/${kind}`, { vmid, ...params }))).replaceAll(String(vmid), 'ID');
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
    const foreign = await four.guestIn('cust');
    expect(await create('apply', { pool: 'sluice-intake', scsi0: `disks:${foreign}/vm-${foreign}-disk-0.qcow2` })).toBe('403 Permission check failed (/storage/disks, Datastore.Audit)');
  });

  const template = { ostemplate: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', pool: 'sluice-intake', rootfs: 'disks:1' };
  it('create a container: not with tags, and with more rights than it should have', async () => {
    expect(await create('apply', { ...template, unprivileged: 1, tags: 'x' }, 'lxc')).toBe('403 Permission check failed (/vms/ID, VM.Config.Options)');
    expect(await create('apply', { ...template, unprivileged: 0 }, 'lxc')).toBe('200 task OK');
    expect(await create('apply', { ...template, unprivileged: 1, startup: 'order=1' }, 'lxc')).toBe('200 task OK');
  });

  it('the cluster, users, roles and backups are nobody\'s', async () => {
    const vmid = await four.guestIn('doomed');
    for (const token of tokens) {
      const asked: readonly (readonly [string, string, PveParams])[] = [
        ['POST', '/cluster/ha/resources', { sid: `vm:${vmid}` }], ['PUT', '/cluster/options', { description: 'x' }], ['POST', '/access/users', { userid: 'x@pve' }], ['POST', '/access/roles', { roleid: 'X' }], ['POST', '/pools', { poolid: 'sluice-intake/k' }],
        ['POST', `/access/users/sluice-${token}@pve/token/own`, {}], ['GET', `/access/users/sluice-${token}@pve/token`, {}], ['POST', '/nodes/pve1/vzdump', { vmid, storage: 'local' }], ['DELETE', `/nodes/pve1/storage/disks/content/disks:${vmid}/vm-${vmid}-disk-0.qcow2`, {}],
      ];
      for (const [method, path, params] of asked) expect(`${token} ${method} ${path}: ${(await four.by[token].call(method, path, params)).status}`).toBe(`${token} ${method} ${path}: 403`);
    }
  });
});
