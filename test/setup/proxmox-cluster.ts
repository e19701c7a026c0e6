// A little simulated Proxmox cluster for tests: two nodes, pools of customers, Sluice's five tokens.
import { labOf, pveCaller, startProxmoxSim, tokenIdOf, tokenNames, type ProxmoxLab, type ProxmoxSimOptions, type PveCaller, type RunningProxmoxSim, type SeedGuest, type TokenName } from '../../src/lab/proxmox';

export interface SpecCluster {
  readonly sim: RunningProxmoxSim;
  readonly lab: ProxmoxLab;
  readonly root: PveCaller;
  readonly token: Readonly<Record<TokenName, PveCaller>>;
  as(id: string | null, secret?: string, node?: number): PveCaller;
  close(): Promise<void>;
}

export const secretOf = (name: string): string => `secret-of-${name}`;

export const specGuest = (vmid: number, more: Partial<SeedGuest> = {}, config: Readonly<Record<string, string>> = {}): SeedGuest => ({
  vmid, kind: 'qemu', node: 'pve1', pool: 'cust1', ...more,
  config: {
    name: `guest-${vmid}`, memory: '1024', cores: '2', sockets: '1', ostype: 'l26', scsihw: 'virtio-scsi-single', scsi0: `disks:vm-${vmid}-disk-0,size=8G`, boot: 'order=scsi0', net0: `virtio=BC:24:11:00:00:${vmid % 100},bridge=vmbr0`,
    smbios1: `uuid=00000000-0000-4000-8000-000000000${vmid}`, vmgenid: `00000000-0000-4000-9000-000000000${vmid}`, meta: 'creation-qemu=9.2.0,ctime=1700000000', ...config,
  },
});

export const specContainer = (vmid: number, more: Partial<SeedGuest> = {}, config: Readonly<Record<string, string>> = {}): SeedGuest => ({
  vmid, kind: 'lxc', node: 'pve1', pool: 'cust1', ...more,
  config: { hostname: `ct-${vmid}`, arch: 'amd64', memory: '512', swap: '512', ostype: 'debian', unprivileged: '1', rootfs: `disks:vm-${vmid}-disk-0,size=4G`, net0: `name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:01:${vmid % 100},type=veth`, ...config },
});

export async function specCluster(guests: readonly SeedGuest[], more: Partial<ProxmoxSimOptions> = {}): Promise<SpecCluster> {
  const sim = await startProxmoxSim({
    clusterName: 'spec', version: '8.4', nodes: ['pve1', 'pve2'], taskMillis: 0, rootTokenSecret: 'root-secret', bridges: ['vmbr0'], nodeCores: 8,
    storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
    seed: {
      pools: ['cust1', 'cust2'], guests, images: [{ volid: 'local:iso/debian.iso', gib: 1 }, { volid: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', gib: 0.2 }],
      rights: { managedPools: ['sluice-managed'], deletablePools: ['sluice-managed', 'cust1'], storages: ['disks'], bridges: ['vmbr0'], isoStorages: ['local'], secrets: { reflect: secretOf('reflect'), create: secretOf('create'), update: secretOf('update'), lender: secretOf('lender'), destroy: secretOf('destroy') } },
    }, ...more,
  });
  const callers: PveCaller[] = [];
  const as = (id: string | null, secret = '', node = 0): PveCaller => {
    const caller = pveCaller(sim.nodes[node]?.url ?? '', sim.caPem, id === null ? null : { id, secret });
    callers.push(caller);
    return caller;
  };
  return {
    sim, lab: labOf(sim.nodes[0]?.url ?? ''), root: as(sim.tokenIds.root, 'root-secret'), as,
    token: Object.fromEntries(tokenNames.map((name) => [name, as(tokenIdOf(name), secretOf(name))])) as Record<TokenName, PveCaller>,
    async close() {
      for (const caller of callers) caller.close();
      await sim.close();
    },
  };
}
