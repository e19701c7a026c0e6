import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('storages', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([specGuest(100), specGuest(101)], {
      storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'thick', content: 'images', type: 'lvm', sizeGiB: 10 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
    });
  });
  afterAll(() => cluster.close());

  const call = async (method: string, path: string, params = {}): Promise<string> => said(await cluster.root.call(method, path, params));
  const ended = async (method: string, path: string, params = {}): Promise<string> => (await cluster.root.finished(await cluster.root.call(method, `/nodes/pve1/${path}`, params))).exitstatus;
  type Row = Readonly<Record<string, unknown>>;

  it('are added, changed under a digest of them all, and taken away', async () => {
    expect((await cluster.root.call('POST', '/storage', { storage: 'extra', type: 'dir', path: '/srv/extra', content: 'images' })).body?.data).toEqual({ storage: 'extra', type: 'dir' });
    expect(await call('POST', '/storage', { storage: 'extra', type: 'dir', path: '/srv/extra' })).toBe("500 create storage failed: storage ID 'extra' already defined");
    expect(await call('POST', '/storage', { storage: 'other', type: 'lvmthin', vgname: 'vg0' })).toBe("500 missing value for required option 'thinpool'");
    expect(await call('PUT', '/storage/extra', { nodes: 'pve2', digest: '0'.repeat(40) })).toBe('500 update storage failed: detected modified configuration - file changed by other user? Try again.');
    const { digest } = (await cluster.root.call<Row>('GET', '/storage/local')).body?.data ?? {};
    expect(await call('PUT', '/storage/extra', { nodes: 'pve2', digest: String(digest) })).toBe('200 OK');
    expect((await cluster.root.call<Row>('GET', '/storage/extra')).body?.data).toMatchObject({ storage: 'extra', type: 'dir', path: '/srv/extra', content: 'images', nodes: 'pve2' });
    expect(await ended('POST', 'qemu', { vmid: 200, scsi0: 'extra:1' })).toBe("unable to create VM 200 - storage 'extra' is not available on node 'pve1'");
    expect(await call('PUT', '/storage/extra', { disable: 1, delete: 'nodes' })).toBe('200 OK');
    expect(await call('PUT', '/nodes/pve1/qemu/100/config', { scsi1: 'extra:1' })).toBe("500 storage 'extra' is disabled");
    expect(await call('DELETE', '/storage/extra')).toBe('200 OK');
    expect(await call('PUT', '/nodes/pve1/qemu/100/config', { scsi1: 'extra:1' })).toBe("500 storage 'extra' does not exist");
  });

  it('refuse what they are not for, and plain LVM what does not fit', async () => {
    expect((await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 201, scsi0: 'local:1' })).body?.errors).toEqual({ storage: "storage 'local' does not support vm images" });
    expect(await ended('POST', 'qemu', { vmid: 201, scsi0: 'thick:11' })).toBe(`unable to create VM 201 - not enough free space (${10 * 1024 ** 3} < ${11 * 1024 ** 3})`);
    expect(await ended('POST', 'qemu', { vmid: 201, scsi0: 'disks:5000' })).toBe('OK');
  });

  it('give a volume of another guest only to who may configure that guest', async () => {
    const path = '/nodes/pve1/qemu/100/config';
    const updater = cluster.token.update;
    await cluster.lab.act({ act: 'acl', path: '/pool/cust1', role: 'PVEVMAdmin', holder: 'sluice-update@pve', grant: true, propagate: true });
    await cluster.lab.act({ act: 'acl', path: '/vms/100', role: 'PVEVMAdmin', holder: 'sluice-update@pve!update', grant: true });
    const taken = await updater.call('PUT', path, { scsi3: 'disks:vm-101-disk-0' });
    expect(said(taken)).toBe('403 Permission check failed (/storage/disks, Datastore.Audit)');
    expect(await call('PUT', path, { scsi3: 'disks:vm-101-disk-0' })).toBe('200 OK');
    expect(await call('PUT', path, { delete: 'scsi3' })).toBe('200 OK');
  });

  it('list images only to who may configure their owner: an empty list is no absence', async () => {
    const reader = cluster.token.reflect;
    const listed = async (caller: typeof reader): Promise<readonly Row[]> => (await caller.call<readonly Row[]>('GET', '/nodes/pve1/storage/disks/content', { content: 'images' })).body?.data ?? [];
    expect((await listed(cluster.root)).map((row) => row['volid'])).toContain('disks:vm-100-disk-0');
    expect(await listed(reader)).toEqual([]);
  });

  it('have volumes that are made and taken away by name, with the words of each kind of storage', async () => {
    const content = '/nodes/pve1/storage/disks/content';
    expect(await call('POST', content, { vmid: 100, filename: 'something', size: '1G' })).toBe("500 illegal name 'something' - should be 'vm-100-*'");
    expect((await cluster.root.call('POST', content, { vmid: 100, filename: 'vm-100-disk-9', size: '1G' })).body?.data).toBe('disks:vm-100-disk-9');
    expect((await cluster.root.call<Row>('GET', `${content}/disks:vm-100-disk-9`)).body?.data).toMatchObject({ path: '/dev/disks/vm-100-disk-9', size: 1024 ** 3, format: 'raw' });
    expect(await ended('DELETE', 'storage/disks/content/disks:vm-100-disk-9')).toBe('OK');
    expect(await ended('DELETE', 'storage/disks/content/disks:vm-100-disk-9')).toMatch(/^lvremove 'disks\/vm-100-disk-9' error: /);
    expect(said(await cluster.token.reflect.call('DELETE', `${content}/disks:vm-100-disk-0`))).toBe('403 Permission check failed (/storage/disks, Datastore.Allocate)');
  });

  it('fetch files from addresses, but not from the node itself, and never over a file that is there', async () => {
    const path = 'storage/local/download-url';
    expect(await ended('POST', path, { content: 'iso', filename: 'new.iso', url: 'https://example.test/new.iso' })).toBe('OK');
    expect((await cluster.root.call<readonly Row[]>('GET', '/nodes/pve1/storage/local/content', { content: 'iso' })).body?.data.map((row) => row['volid'])).toContain('local:iso/new.iso');
    expect(await ended('POST', path, { content: 'iso', filename: 'new.iso', url: 'https://example.test/new.iso' })).toBe("refusing to override existing file '/var/lib/vz/template/iso/new.iso'");
    expect(await ended('POST', path, { content: 'iso', filename: 'x.iso', url: 'http://localhost/x.iso' })).toBe('download failed: Connecting to localhost:80... failed: Connection refused.');
  });

  it('that were added are there after a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-sim-'));
    const stateFile = join(directory, 'pve.json');
    const first = await specCluster([], { stateFile });
    await first.root.call('POST', '/storage', { storage: 'extra', type: 'nfs', server: 'nas', export: '/x', content: 'images' });
    await first.close();
    const second = await specCluster([], { stateFile });
    expect((await second.root.call<Row>('GET', '/storage/extra')).body?.data).toMatchObject({ type: 'nfs', server: 'nas', content: 'images' });
    expect((await second.root.finished(await second.root.call('POST', '/nodes/pve1/qemu', { vmid: 300, scsi0: 'extra:1,format=qcow2' }))).exitstatus).toBe('OK');
    expect((await second.lab.guest(300))?.main['scsi0']).toBe('extra:300/vm-300-disk-0.qcow2,size=1G');
    await second.close();
    rmSync(directory, { recursive: true, force: true });
  });
});
