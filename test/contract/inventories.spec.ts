// Inventories of real installations, recorded by `sluice lab record` (docs/recording.md), beside the simulators: no member that
// these lack, no answer that Sluice cannot read, no key of a configuration that the table does not know, no secret.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordNetBox, recordProxmox } from '../../src/cli/record';
import { removeFrom } from '../../src/cli/record/remove';
import { specCluster, specContainer, specGuest } from '../setup/proxmox-cluster';
import { secretOf, smallNetBox } from '../setup/small-netbox';
import { readInventory, recordedInventories, type Inventory, type Product } from './inventory/answers';
import { explainedMembers } from './inventory/explained';
import { missingMembers, unknownKeys } from './inventory/members';
import { readAll } from './inventory/readers';

let directory: string;
const ours = {} as Record<Product, Inventory>;
const order = (name: string): { readonly directory: string; readonly max: number; progress(): void } => ({ directory: join(directory, name), max: 1000, progress: () => undefined });

async function recordCluster(version: '8.4' | '9.0'): Promise<Inventory> {
  const cluster = await specCluster([
    specGuest(100, { running: true }, { tags: 'a;b', lock: 'backup', agent: '1', serial0: 'socket' }), specGuest(101, {}, { template: '1' }), specGuest(102, { running: true }, { agent: '1', serial0: 'socket' }),
    specContainer(200, { running: true }, { tags: 'a', features: 'nesting=1', mp0: 'disks:vm-200-disk-1,mp=/data,size=1G' }), specContainer(201),
  ], { version });
  for (const at of ['lxc/201', 'qemu/102']) await cluster.root.finished(await cluster.root.call('POST', `/nodes/pve1/${at}/snapshot`, { snapname: 'before', description: 'x', ...(at.startsWith('qemu') ? { vmstate: 1 } : {}) }));
  await cluster.root.call('PUT', '/nodes/pve1/qemu/102/config', { memory: 2048, delete: 'scsihw' });
  await cluster.root.call('PUT', '/nodes/pve1/lxc/200/config', { features: 'nesting=0', delete: 'mp0' });
  await cluster.lab.act({ act: 'backup', vmid: 201, storage: 'local' });
  await cluster.lab.act({ act: 'cluster-options', set: { 'tag-style': 'case-sensitive=1' } });
  await recordProxmox({ ...order(version), url: cluster.sim.nodes[0]?.url ?? '', token: `${cluster.sim.tokenIds.root}=root-secret`, caPem: cluster.sim.caPem });
  await cluster.close();
  return readInventory(join(directory, version));
}

async function recordNetBoxWithABranch(): Promise<Inventory> {
  const netbox = await smallNetBox();
  const { schema } = await netbox.branch('ideas');
  await netbox.ask('alice', 'PATCH', 'virtualization/virtual-machines/1/', { vcpus: 4 }, schema);
  const merged = await netbox.branch('merged');
  await netbox.ask('alice', 'PATCH', 'virtualization/virtual-machines/1/', { memory: 4096 }, merged.schema);
  await netbox.job('bob', merged.id, 'merge', { commit: true });
  const { key, secret } = secretOf('admin');
  await recordNetBox({ ...order('netbox'), url: netbox.url, token: `nbt_${key}.${secret}`, caPem: null });
  await netbox.close();
  return readInventory(join(directory, 'netbox'));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-inventories-'));
  ours['proxmox-8'] = await recordCluster('8.4');
  ours['proxmox-9'] = await recordCluster('9.0');
  ours.netbox = await recordNetBoxWithABranch();
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function judge({ product, answers }: Inventory): { readonly missing: readonly string[]; readonly unreadable: readonly string[]; readonly unknown: readonly string[]; readonly secrets: readonly string[] } {
  const secrets: string[] = [];
  for (const { where, template, body } of answers) if (template !== '/api/schema/') removeFrom(body, [], ({ member, why }) => void secrets.push(`${where}: ${member} (${why})`));
  return {
    missing: missingMembers(answers, ours[product].answers), unreadable: product === 'netbox' ? [] : readAll(answers).unreadable, unknown: unknownKeys(answers), secrets,
  };
}

const nothing = { missing: [], unreadable: [], unknown: [], secrets: [] };

describe('what an inventory is held to', () => {
  it.each(['proxmox-8', 'proxmox-9', 'netbox'] as const)('finds nothing wrong with the recorded simulator itself: %s', (product) => {
    expect(judge(ours[product])).toEqual(nothing);
    expect(ours[product].answers.length).toBeGreaterThan(25);
  });

  it('reads with the readers of Sluice what a recording of Proxmox holds', () => {
    expect(readAll(ours['proxmox-8'].answers).read).toBeGreaterThan(30);
  });

  it('finds a member that the simulator lacks, an answer that Sluice cannot read, an unknown key, a secret', () => {
    const changed = (product: Product, template: string, change: (text: string) => string): Inventory => ({ product, answers: ours[product].answers.map((answer) => (answer.template === template ? { ...answer, body: JSON.parse(change(JSON.stringify(answer.body))) as unknown } : answer)) });
    expect(judge(changed('netbox', '/api/virtualization/virtual-machines/{id}/', (text) => text.replace('"vcpus"', '"new_member":1,"vcpus"'))).missing).toEqual(['/api/virtualization/virtual-machines/{id}/: new_member']);
    expect(judge(changed('proxmox-8', '/cluster/status', (text) => text.replaceAll('"quorate"', '"strange"')))).toMatchObject({ missing: ['/cluster/status: data[].strange'], unreadable: [expect.stringContaining('quorate') as string] });
    expect(judge(changed('proxmox-8', '/nodes/{node}/lxc/{vmid}/config', (text) => text.replace('"hostname"', '"hostmane"'))).unknown).not.toEqual([]);
    expect(judge(changed('proxmox-8', '/pools', (text) => text.replace('"comment":""', '"comment":"the password"'))).secrets).not.toEqual([]);
  });
});

// None come with the checkout: whoever has recorded one puts it there (docs/recording.md).
const inventories = recordedInventories();
if (inventories.length > 0) {
  describe.each(inventories)('the inventory $name of a real installation', ({ directory: where }) => {
    it('has nothing that the simulators lack, that Sluice cannot read, or that should not have been written', () => {
      const { missing, ...rest } = judge(readInventory(where));
      expect({ ...rest, missing: missing.filter((member) => explainedMembers[member] === undefined) }).toEqual(nothing);
    });
  });
}
