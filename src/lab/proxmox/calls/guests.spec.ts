import { createHash } from 'node:crypto';
import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import type { PveAnswer } from '../pve-caller';

const said = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;

describe('guests of the simulated Proxmox', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([
      ...[100, 101, 102, 103, 104, 105, 106, 107].map((vmid) => specGuest(vmid)), specGuest(110, { running: true }), specGuest(111, { protection: true }), specGuest(112, { node: 'pve2' }), specContainer(200), specContainer(201, { running: true }), specContainer(202, { protection: true }),
    ]);
  });
  afterAll(() => cluster.close());

  const vm = (vmid: number, tail = ''): string => `/nodes/pve1/qemu/${vmid}${tail}`;
  const ct = (vmid: number, tail = ''): string => `/nodes/pve1/lxc/${vmid}${tail}`;
  const config = async (path: string, params = {}): Promise<Record<string, unknown>> => (await cluster.root.call<Record<string, unknown>>('GET', `${path}/config`, params)).body?.data ?? {};
  const pendingOf = async (path: string): Promise<readonly Record<string, unknown>[]> => (await cluster.root.call<readonly Record<string, unknown>[]>('GET', `${path}/pending`)).body?.data ?? [];
  const put = async (path: string, params: Record<string, string | number>): Promise<string> => said(await cluster.root.call('PUT', `${path}/config`, params));

  describe('digests', () => {
    it('are the SHA-1 of the configuration text and move with every write, a lock and a tag included', async () => {
      const before = await cluster.lab.guest(100);
      expect((await config(vm(100)))['digest']).toBe(createHash('sha1').update(before?.text ?? '').digest('hex'));
      const seen = new Set([before?.digest]);
      for (const act of [{ act: 'lock', vmid: 100, lock: 'backup' }, { act: 'unlock', vmid: 100 }, { act: 'set-config', vmid: 100, set: { tags: 'a' } }, { act: 'snapshot', vmid: 100, name: 'before' }] as const) {
        await cluster.lab.act(act);
        seen.add((await cluster.lab.guest(100))?.digest);
      }
      expect(seen.size).toBe(4);
      expect((await cluster.lab.guest(100))?.text).toContain('\n[before]\n');
    });

    it('P9 guard a write: the wrong one is refused, with the text of each kind; an empty one is not checked', async () => {
      const digest = String((await config(vm(101)))['digest']);
      expect(await put(vm(101), { cores: 3, digest: '0'.repeat(40) })).toBe('500 checksum mismatch (file change by other user?)');
      expect(await put(ct(200), { cores: 3, digest: '0'.repeat(40) })).toBe('500 detected modified configuration - file changed by other user? Try again.');
      expect(await put(vm(101), { cores: 3, digest: '0'.repeat(41) })).toBe('400 Parameter verification failed.');
      expect(await put(vm(101), { cores: 3, digest })).toBe('200 OK');
      expect(await put(vm(101), { cores: 4, digest })).toBe('500 checksum mismatch (file change by other user?)');
      expect(await put(vm(101), { cores: 4, digest: '' })).toBe('200 OK');
      expect((await config(vm(101)))['cores']).toBe(4);
    });

    it('are not taken by DELETE nor by the verbs', async () => {
      for (const [method, path] of [['DELETE', vm(101)], ['POST', vm(101, '/status/stop')]] as const) {
        expect((await cluster.root.call(method, path, { digest: '0'.repeat(40) })).body?.errors).toEqual({ digest: 'property is not defined in schema and the schema does not allow additional properties' });
      }
    });
  });

  it('keeps what a running guest cannot take as pending, shows it in the configuration, and applies it at stop', async () => {
    expect(await put(vm(110), { cores: 6, description: 'now' })).toBe('200 OK');
    expect((await config(vm(110)))['cores']).toBe(6);
    expect((await config(vm(110), { current: 1 }))['cores']).toBe(2);
    expect((await pendingOf(vm(110))).find((row) => row['key'] === 'cores')).toEqual({ key: 'cores', value: 2, pending: 6 });
    expect((await pendingOf(vm(110))).find((row) => row['key'] === 'description')).toEqual({ key: 'description', value: 'now' });
    const before = (await config(vm(110)))['digest'];
    await cluster.root.finished(await cluster.root.call('POST', vm(110, '/status/stop')));
    expect((await config(vm(110), { current: 1 }))['cores']).toBe(6);
    expect((await config(vm(110)))['digest']).not.toBe(before);
  });

  it('answers 400 for a network card that cannot be plugged, and the wanted value stays pending all the same', async () => {
    await cluster.lab.act({ act: 'start', vmid: 102 });
    const answer = await cluster.root.call('PUT', vm(102, '/config'), { net1: 'virtio,bridge=vmbr77' });
    expect([answer.status, answer.body?.errors]).toEqual([400, { net1: "hotplug problem - VM 102 qmp command 'netdev_add' failed - network script /usr/libexec/qemu-server/pve-bridge-hotplug failed with status 512\n" }]);
    expect((await pendingOf(vm(102))).find((row) => row['key'] === 'net1')?.['pending']).toMatch(/^virtio=BC:24:11:.*,bridge=vmbr77$/);
  });

  describe('destroying', () => {
    const destroy = async (path: string, params = {}): Promise<string> => said(await cluster.root.call('DELETE', path, params));

    it('P20 refuses a running guest of either kind', async () => {
      await cluster.lab.act({ act: 'start', vmid: 103 });
      expect(await destroy(vm(103))).toBe('500 VM 103 is running - destroy failed');
      expect(await destroy(ct(201))).toBe('500 unable to destroy CT 201 - container is running');
      await cluster.lab.act({ act: 'stop', vmid: 103 });
    });

    it('P20 refuses one that was started between the check at the door and the worker', async () => {
      const paused = await cluster.lab.fault({ method: 'DELETE', path: '/qemu/103$' }, { taskPaused: 'start' });
      const started = await cluster.root.call('DELETE', vm(103));
      await cluster.lab.act({ act: 'start', vmid: 103 });
      await cluster.lab.lift(paused);
      expect((await cluster.root.finished(started)).exitstatus).toBe('VM 103 is running - destroy failed');
      expect((await cluster.lab.guest(103))?.main['name']).toBe('guest-103');
    });

    it('P21 refuses a protected guest, one under HA, one that is replicated', async () => {
      expect(await destroy(vm(111))).toBe("500 can't remove VM 111 - protection mode enabled");
      expect(await destroy(ct(202))).toBe("500 can't remove CT 202 - protection mode enabled");
      await cluster.lab.act({ act: 'ha', vmid: 104, on: true });
      expect(await destroy(vm(104))).toBe('500 unable to remove VM 104 - used in HA resources and purge parameter not set.');
      await cluster.lab.act({ act: 'ha', vmid: 104, on: false });
      await cluster.lab.act({ act: 'replication', vmid: 104, on: true });
      expect(await destroy(vm(104))).toBe("500 There is a replication job '104-0' for guest '104' - Please remove that first.");
    });

    it('P21 refuses a locked container at once and a locked VM inside the task', async () => {
      await cluster.lab.act({ act: 'lock', vmid: 200, lock: 'backup' });
      expect(await destroy(ct(200))).toBe('500 CT is locked (backup)');
      await cluster.lab.act({ act: 'unlock', vmid: 200 });
      await cluster.lab.act({ act: 'lock', vmid: 105, lock: 'backup' });
      expect((await cluster.root.finished(await cluster.root.call('DELETE', vm(105)))).exitstatus).toBe('VM is locked (backup)');
      expect(await put(vm(105), { description: 'x' })).toBe('500 VM is locked (backup)');
    });

    it('leaves a volume that cannot be freed, says so in the log alone and ends with OK; the guest is gone all the same', async () => {
      await cluster.lab.act({ act: 'hold-volume', volid: 'disks:vm-106-disk-0', held: true });
      const end = await cluster.root.finished(await cluster.root.call('DELETE', vm(106)));
      expect(end.exitstatus).toBe('OK');
      expect(end.log).toContain("Could not remove disk 'disks:vm-106-disk-0', check manually: can't remove volume 'disks:vm-106-disk-0': device or resource busy");
      expect(said(await cluster.root.call('GET', vm(106, '/config')))).toBe("500 Configuration file 'nodes/pve1/qemu-server/106.conf' does not exist");
    });
  });

  it('has one text for gone, for the other node and for the other kind', async () => {
    for (const path of [vm(999), vm(112), vm(200)]) expect(said(await cluster.root.call('GET', `${path}/config`))).toBe(`500 Configuration file 'nodes/pve1/qemu-server/${path.split('/').at(-1) ?? ''}.conf' does not exist`);
    expect(said(await cluster.root.call('GET', '/nodes/pve2/qemu/112/config'))).toBe('200 OK');
  });

  it('P13 shows the name of a predecessor in /cluster/resources until the next statistics round, live lists do not', async () => {
    const row = async (): Promise<Record<string, unknown> | undefined> => (await cluster.root.call<readonly Record<string, unknown>[]>('GET', '/cluster/resources', { type: 'vm' })).body?.data.find((each) => each['vmid'] === 107);
    expect((await row())?.['name']).toBe('guest-107');
    await cluster.lab.act({ act: 'recycle', vmid: 107, pool: 'same', config: { name: 'successor', tags: 'fresh' } });
    expect([(await row())?.['name'], (await row())?.['tags'], (await row())?.['pool']]).toEqual(['guest-107', 'fresh', 'cust1']);
    const list = (await cluster.root.call<readonly Record<string, unknown>[]>('GET', '/nodes/pve1/qemu')).body?.data;
    expect(list?.find((each) => each['vmid'] === 107)?.['name']).toBe('successor');
    expect((await config(vm(107)))['smbios1']).not.toContain('00000000-0000-4000-8000-000000000107');
    await cluster.lab.advance(11);
    expect((await row())?.['name']).toBe('successor');
  });

  it('P41 hides guests from a token without rights, while nextid tells it the truth', async () => {
    const { destroy, create } = cluster.token;
    expect((await destroy.call('GET', '/cluster/resources', { type: 'vm' })).body?.data).toEqual([]);
    expect((await destroy.call('GET', '/nodes/pve1/qemu')).body?.data).toEqual([]);
    expect((await destroy.call('GET', '/cluster/nextid', { vmid: 101 })).body?.errors).toEqual({ vmid: 'VM 101 already exists' });
    expect((await create.call('GET', '/cluster/nextid', { vmid: 5000 })).body?.data).toBe('5000');
  });

  describe('tasks', () => {
    it('run through to their exit status, with a log whose last line says it', async () => {
      const started = await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 130, scsi0: 'disks:2', net0: 'virtio,bridge=vmbr0' });
      const end = await cluster.root.finished(started);
      expect([end.exitstatus, end.log.at(-1)]).toEqual(['OK', 'TASK OK']);
      expect(end.log).toContain("scsi0: successfully created disk 'disks:vm-130-disk-0,size=2G'");
      const twice = await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 130 });
      expect(said(twice)).toBe("500 unable to create VM 130 - VM 130 already exists on node 'pve1'");
    });

    it('are seen by their own token, by an auditor, and by nobody else', async () => {
      const started = await cluster.token.create.call('POST', '/nodes/pve1/qemu', { vmid: 131, pool: 'sluice-intake' });
      await cluster.token.create.finished(started);
      const path = `/nodes/pve1/tasks/${String(started.body?.data)}/status`;
      expect((await cluster.token.reflect.call<{ readonly tokenid: string; readonly user: string }>('GET', path)).body?.data).toMatchObject({ user: 'sluice-create@pve', tokenid: 'create', status: 'stopped', exitstatus: 'OK' });
      expect((await cluster.token.lender.call('GET', path)).reason).toBe('Permission check failed (/nodes/pve1, Sys.Audit)');
    });

    it('of a VM say inside the task what a container says at once', async () => {
      expect((await cluster.root.finished(await cluster.root.call('POST', vm(110, '/status/stop')))).exitstatus).toBe('OK');
      expect(said(await cluster.root.call('POST', ct(200, '/status/stop')))).toBe('500 CT 200 not running');
      expect(said(await cluster.root.call('POST', ct(201, '/status/start')))).toBe('500 CT 201 already running');
    });
  });

  it('without quorum reads answer and writes do not', async () => {
    await cluster.lab.act({ act: 'quorum', quorate: false });
    expect(await put(vm(100), { description: 'x' })).toMatch(/^500 unable to open file '\/etc\/pve\/nodes\/pve1\/qemu-server\/100.conf.tmp.\d+' - Permission denied$/);
    expect(said(await cluster.root.call('POST', vm(100, '/status/start')))).toBe('500 cluster not ready - no quorum?');
    expect((await cluster.root.call('GET', vm(100, '/config'))).status).toBe(200);
    await cluster.lab.act({ act: 'quorum', quorate: true });
  });

  it('clones with new identity, the source in the UPID, tags and protection copied', async () => {
    await cluster.lab.act({ act: 'set-config', vmid: 111, set: { tags: 'golden' } });
    const started = await cluster.root.call('POST', vm(111, '/clone'), { newid: 140, name: 'copy' });
    expect(String(started.body?.data)).toContain(':qmclone:111:');
    expect((await cluster.root.finished(started)).exitstatus).toBe('OK');
    const copy = await config(vm(140));
    expect([copy['name'], copy['tags'], copy['protection'], copy['scsi0']]).toEqual(['copy', 'golden', 1, 'disks:vm-140-disk-0,size=8G']);
    expect(copy['smbios1']).not.toContain('000000000111');
    expect(copy['net0']).not.toContain('BC:24:11:00:00:11');
  });

  it('moves a guest to another node, after which its old path answers as if it were gone', async () => {
    expect((await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve2/qemu/112/migrate', { target: 'pve1' }))).exitstatus).toBe('OK');
    expect((await cluster.root.call('GET', '/nodes/pve2/qemu/112/config')).status).toBe(500);
    expect((await config(vm(112)))['name']).toBe('guest-112');
    expect(said(await cluster.root.call('POST', vm(112, '/migrate'), { target: 'pve1' }))).toBe('400 Parameter verification failed.');
  });
});
