import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('a write of a configuration', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([specGuest(100), specGuest(101, { running: true }), specGuest(102, { pool: 'sluice-managed' }), specGuest(103, { running: true })], {
      storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'thick', content: 'images', type: 'lvm', sizeGiB: 10 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
    });
  });
  afterAll(() => cluster.close());

  const put = async (vmid: number, params: Record<string, string | number>): Promise<string> => said(await cluster.root.call('PUT', `/nodes/pve1/qemu/${vmid}/config`, params));
  const current = async (vmid: number): Promise<Record<string, unknown>> => (await cluster.root.call<Record<string, unknown>>('GET', `/nodes/pve1/qemu/${vmid}/config`, { current: 1 })).body?.data ?? {};
  const waiting = async (vmid: number): Promise<Record<string, unknown>> => Object.fromEntries(((await cluster.root.call<readonly { readonly key: string; readonly pending?: unknown }[]>('GET', `/nodes/pve1/qemu/${vmid}/pending`)).body?.data ?? []).flatMap((row) => (row.pending === undefined ? [] : [[row.key, row.pending]])));

  it('is not atomic: what stands before the key that fails is written and waits', async () => {
    const before = (await current(100))['digest'];
    expect(await put(100, { cores: 4, scsi1: 'thick:11', memory: 4096 })).toBe(`500 not enough free space (${10 * 1024 ** 3} < ${11 * 1024 ** 3})`);
    expect(await waiting(100)).toEqual({ cores: 4 });
    expect((await current(100))['cores']).toBe(2);
    expect((await current(100))['digest']).not.toBe(before);
  });

  it('leaves what waits to the next write of anybody, which applies all of it while the guest is stopped', async () => {
    expect(await put(102, { cores: 8, scsi1: 'thick:11' })).toMatch(/^500 not enough free space/);
    expect((await cluster.token.update.call('PUT', '/nodes/pve1/qemu/102/config', { description: 'of somebody else' })).status).toBe(200);
    expect(await current(102)).toMatchObject({ cores: 8, description: 'of somebody else' });
    expect(await waiting(102)).toEqual({});
  });

  it('may be answered with 400 when half of it is applied, and the other half waits for the next start', async () => {
    expect(await put(101, { description: 'done', net1: 'virtio,bridge=vmbr77', cores: 4 })).toBe('400 Parameter verification failed.');
    expect((await current(101))['description']).toBe('done');
    expect(Object.keys(await waiting(101)).sort()).toEqual(['cores', 'net1']);
    expect(await put(101, { revert: 'net1' })).toBe('200 OK');
    await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/101/status/stop'));
    expect((await current(101))['cores']).toBe(4);
    expect((await current(101))['net1']).toBeUndefined();
  });

  it('is refused whole where the parameters themselves are wrong', async () => {
    const before = (await current(103))['digest'];
    expect(await put(103, { description: 'never', cores: 'many' })).toBe('400 Parameter verification failed.');
    expect((await current(103))['digest']).toBe(before);
  });
});
