import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../test/setup/proxmox-cluster';
import { permissionsAnswer, rightsOf } from './acl';
import type { PveAnswer, PveCaller } from './pve-caller';
import { privilegesOf } from './roles';
import { sluiceAcls, sluiceRoles, tokenIdOf, tokenNames, userOf } from './sluice-rights';

const said = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;

describe("rights of Sluice's tokens at the simulated Proxmox", () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101, { pool: 'sluice-managed' }), specGuest(102, { pool: 'sluice-intake' }), specGuest(103, { pool: 'cust2' }), specContainer(200, { pool: 'cust2' })]); });
  afterAll(() => cluster.close());

  const create = (params: Record<string, string | number>): Promise<PveAnswer> => cluster.token.create.call('POST', '/nodes/pve1/qemu', { vmid: 500, pool: 'sluice-intake', ...params });

  it('P16 lets the creator make guests in intake only, on its storages and bridges only', async () => {
    expect(said(await create({ pool: 'cust1' }))).toBe('403 Permission check failed');
    expect(said(await create({ pool: 'nosuch' }))).toBe("403 Permission check failed (pool 'nosuch' does not exist)");
    expect(said(await create({ scsi0: 'local:1' }))).toBe('403 Permission check failed (/storage/local, Datastore.AllocateSpace)');
    expect(said(await create({ net0: 'virtio,bridge=vmbr9' }))).toBe('403 Permission check failed (/sdn/zones/localnetwork/vmbr9, SDN.Use)');
    expect(said(await create({ startup: 'order=1' }))).toBe('403 Permission check failed (/, Sys.Modify)');
    expect(said(await create({ args: '-foo' }))).toBe("500 only root can set 'args' config");
    expect((await cluster.token.create.finished(await create({ scsi0: 'disks:1', net0: 'virtio,bridge=vmbr0,tag=7', ide2: 'local:iso/debian.iso,media=cdrom' }))).exitstatus).toBe('OK');
  });

  it('P16 leaves creator, updater and reader without the right to destroy what was handed over', async () => {
    for (const name of tokenNames.filter((each) => each !== 'lender')) {
      expect(said(await cluster.token[name].call('DELETE', '/nodes/pve1/qemu/101'))).toBe('403 Permission check failed (/vms/101, VM.Allocate)');
    }
  });

  it('gives the updater power, processor, memory and texts of managed guests, nothing of disks, identity or others', async () => {
    const { update } = cluster.token;
    const put = async (vmid: number, params: Record<string, string | number>): Promise<string> => said(await update.call('PUT', `/nodes/pve1/qemu/${vmid}/config`, params));
    for (const params of [{ cores: 3 }, { memory: 2048 }, { description: 'x' }, { tags: 'a;b' }]) expect(await put(101, params)).toBe('200 OK');
    expect(await put(101, { delete: 'scsi0' })).toBe('403 Permission check failed (/vms/101, VM.Config.Disk|VM.Config.CDROM)');
    expect(await put(101, { smbios1: 'uuid=00000000-0000-4000-8000-000000000000' })).toBe('403 Permission check failed (/vms/101, VM.Config.HWType)');
    expect(await put(103, { cores: 3 })).toMatch(/^403 Permission check failed \(\/vms\/103, /);
    expect((await update.finished(await update.call('POST', '/nodes/pve1/qemu/101/status/start'))).exitstatus).toBe('OK');
    expect(said(await update.call('POST', '/nodes/pve1/qemu/103/status/start'))).toBe('403 Permission check failed (/vms/103, VM.PowerMgmt)');
  });

  it('P15 answers the destroy token the same for a guest that never existed', async () => {
    expect(said(await cluster.token.destroy.call('DELETE', '/nodes/pve1/qemu/9999'))).toBe('403 Permission check failed (/vms/9999, VM.Allocate)');
  });

  it('lets NoAccess win over a pool, one user or token alone give nothing, and a revoked half end a right', async () => {
    await cluster.lab.act({ act: 'acl', path: '/vms/101', role: 'NoAccess', holder: userOf('update'), grant: true });
    expect((await cluster.token.update.call('POST', '/nodes/pve1/qemu/101/status/stop')).status).toBe(403);
    await cluster.lab.act({ act: 'acl', path: '/vms/101', role: 'NoAccess', holder: userOf('update'), grant: false });
    await cluster.lab.act({ act: 'acl', path: '/vms/103', role: 'SluiceDestroyOne', holder: userOf('destroy'), grant: true });
    expect((await cluster.token.destroy.call('GET', '/access/permissions')).body?.data).toEqual({});
  });

  it('lets a pool hold a VMID that nobody has, so that a guest made under it later is born there', async () => {
    expect((await cluster.root.call('PUT', '/pools', { poolid: 'cust1', vms: 7777 })).status).toBe(200);
    await cluster.lab.act({ act: 'create', vmid: 7777 });
    expect((await cluster.lab.guest(7777))?.pool).toBe('cust1');
  });

  it('shows an auditor storages but not the images on them', async () => {
    const volumes = async (caller: PveCaller): Promise<readonly unknown[] | undefined> => (await caller.call<readonly unknown[]>('GET', '/nodes/pve1/storage/disks/content', { content: 'images' })).body?.data;
    expect(await volumes(cluster.token.reflect)).toEqual([]);
    expect((await volumes(cluster.root))?.length).toBeGreaterThan(0);
  });

  it('P15 leaves no role from which the creator could hand on the right to destroy: what remains of its halves contains none', () => {
    const scope = { managedPools: ['sluice-managed'], deletablePools: ['sluice-managed'], storages: ['disks'], bridges: ['vmbr0'] };
    const access = { roles: { ...sluiceRoles }, acl: sluiceAcls(scope), tokens: Object.fromEntries(tokenNames.map((name) => [tokenIdOf(name), { secret: '', privsep: true, expire: 0, comment: '' }])), poolOf: { '100': 'sluice-intake', '101': 'sluice-managed' }, allPrivileges: privilegesOf('8.4') };
    const own = rightsOf(access, tokenIdOf('create'), '/vms/100');
    expect(own.has('VM.Allocate')).toBe(true);
    expect(Object.entries(sluiceRoles).filter(([, privileges]) => privileges.includes('VM.Allocate') && privileges.every((privilege) => own.has(privilege)))).toEqual([]);
    expect(permissionsAnswer(access, tokenIdOf('destroy'))).toEqual({});
    expect([...rightsOf(access, tokenIdOf('create'), '/vms/101').keys()]).toEqual(['Pool.Allocate']);
  });
});
