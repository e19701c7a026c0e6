import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('a resize', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101), specContainer(200)]); });
  afterAll(() => cluster.close());

  const wrong = '0'.repeat(40);
  const size = async (vmid: number, kind = 'qemu', disk = 'scsi0'): Promise<string | undefined> => /size=(\w+)/.exec(String((await cluster.root.call<Record<string, unknown>>('GET', `/nodes/pve1/${kind}/${vmid}/config`)).body?.data[disk]))?.[1];

  it('with a wrong digest answers a UPID for a VM, whose task fails', async () => {
    const answer = await cluster.root.call('PUT', '/nodes/pve1/qemu/100/resize', { disk: 'scsi0', size: '+1G', digest: wrong });
    expect(String(answer.body?.data)).toMatch(/^UPID:pve1:.*:resize:100:/);
    expect((await cluster.root.finished(answer)).exitstatus).toBe('checksum mismatch (file change by other user?)');
    expect(await size(100)).toBe('8G');
  });

  it('with a wrong digest is refused at once for a container', async () => {
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/lxc/200/resize', { disk: 'rootfs', size: '+1G', digest: wrong }))).toBe('500 detected modified configuration - file changed by other user? Try again.');
  });

  it('to the size that a VM has does nothing, for a container it is refused; nothing shrinks', async () => {
    const ended = async (wanted: string): Promise<string> => (await cluster.root.finished(await cluster.root.call('PUT', '/nodes/pve1/qemu/101/resize', { disk: 'scsi0', size: wanted }))).exitstatus;
    expect([await ended('8G'), await ended('4G'), await ended('+2G')]).toEqual(['OK', 'shrinking disks is not supported', 'OK']);
    expect(await size(101)).toBe('10G');
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/lxc/200/resize', { disk: 'rootfs', size: '4G' }))).toBe('500 disk is already at specified size');
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/lxc/200/resize', { disk: 'rootfs', size: '1G' }))).toBe('500 unable to shrink disk size');
  });
});
