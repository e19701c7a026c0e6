// Carries P10, P11, P26: containers that stand, changed in each way that a branch can say: applied and planned anew, with every
// answer lost, and with somebody who was faster.
import { randomUUID } from 'node:crypto';
import { markerLine } from '../guest';
import { netboxAs } from '../../test/setup/scenes';
import { SmallBranches, type MadeBranch, type VmChange } from '../../test/setup/small-branch';
import { startStory, type Story } from '../../test/setup/story';

jest.setTimeout(120_000);

interface Container { readonly name: string; readonly vmid: number; readonly guestId: string; readonly macs: readonly [string, string] }
let story: Story;
let small: SmallBranches;
let next = 5310;

async function container(name: string): Promise<Container> {
  const vmid = next++;
  const guestId = randomUUID();
  const macs = [`BC:24:11:55:00:${vmid % 100}`, `BC:24:11:55:01:${vmid % 100}`] as const;
  const net = (slot: 0 | 1): string => `name=eth${slot},bridge=vmbr0,hwaddr=${macs[slot]},type=veth`;
  await story.proxmox('leipzig').act({ act: 'create', vmid, kind: 'lxc', node: 'pve3', pool: 'sluice-managed', config: { hostname: name, arch: 'amd64', ostype: 'debian', unprivileged: '1', cores: '1', memory: '512', swap: '512', rootfs: `vmdata:vm-${vmid}-disk-0,size=4G`, net0: net(0), net1: net(1), description: `stands\n\n${markerLine(guestId as never)}` } });
  const make = <T>(path: string, body: unknown): Promise<T> => netboxAs<T>(story, 'admin', 'POST', path, body);
  const { id } = await make<{ id: number }>('/api/virtualization/virtual-machines/', { name, cluster: { name: 'leipzig' }, device: { name: 'pve3' }, status: 'offline', vcpus: 1, memory: 512, description: 'stands', custom_fields: { proxmox_kind: 'lxc', proxmox_node: 'pve3', proxmox_vm_id: vmid, sluice_guest_id: guestId } });
  await make('/api/virtualization/virtual-disks/', { virtual_machine: id, name: 'rootfs', size: 4096 });
  for (const [slot, mac_address] of macs.entries()) {
    const nic = await make<{ id: number }>('/api/virtualization/interfaces/', { virtual_machine: id, name: `net${slot}`, enabled: true });
    await make('/api/dcim/mac-addresses/', { mac_address, assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic.id });
  }
  await story.owner.change(`insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, macs, state) values ($1, 'netbox', $2, 'leipzig', $3, 'lxc', $4, 'live')`, [guestId, id, vmid, macs]);
  await story.owner.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ('leipzig', $1, 'seen', $2) on conflict do nothing`, [vmid, guestId]);
  return { name, vmid, guestId, macs };
}

const kinds: readonly (readonly [string, (one: Container) => VmChange, (one: Container) => Readonly<Record<string, unknown>>])[] = [
  ['name', (one) => ({ name: `${one.name}-new` }), (one) => ({ hostname: `${one.name}-new` })],
  ['cores', () => ({ vcpus: 2 }), () => ({ cores: 2 })],
  ['memory', () => ({ memory: 1024 }), () => ({ memory: 1024 })],
  ['description', () => ({ description: 'said anew' }), (one) => ({ description: expect.stringContaining(`said anew\n\n${markerLine(one.guestId as never)}`) })],
  ['tags', () => ({ tags: ['web'] }), () => ({ tags: 'web' })],
  ['on-boot', () => ({ start_on_boot: 'on' }), () => ({ onboot: 1 })],
  ['nic', () => ({ nics: { net0: { mode: 'access', untagged_vlan: 1 } } }), (one) => ({ net0: expect.stringMatching(new RegExp(`hwaddr=${one.macs[0]}.*tag=20`)) })],
  ['disk-grow', () => ({ disks: { rootfs: { size: 6144 } } }), () => ({ rootfs: expect.stringContaining('size=6G') })],
  ['start', () => ({ status: 'active' }), () => ({})],
];
const all = kinds.map(([kind], index) => [kind, index] as const);
const nameIn = (group: string, kind: string): string => `${group}-${kind.replace(/\W+/g, '-')}`;
const guests = new Map<string, Container>();
const of = (group: string, index: number): Container => guests.get(nameIn(group, kinds[index]?.[0] ?? '')) as Container;
const changes = (group: string): Readonly<Record<string, VmChange>> => Object.fromEntries(kinds.map(([kind, change], index) => [nameIn(group, kind), change(of(group, index))]));
const config = (one: Container): Promise<any> => story.proxmoxGet('leipzig', `nodes/pve3/lxc/${one.vmid}/config`);
const writes = async (one: Container): Promise<readonly string[]> => (await story.proxmox('leipzig').requests()).entries.filter((entry) => entry.method !== 'GET' && entry.path.includes(`/lxc/${one.vmid}/`)).map((entry) => `${entry.method} ${entry.path}`);

beforeAll(async () => {
  story = await startStory({ reconcileEvery: 3600 });
  small = new SmallBranches(story);
  for (const group of ['fresh', 'lost', 'late']) for (const [kind] of kinds) guests.set(nameIn(group, kind), await container(nameIn(group, kind)));
});
afterAll(() => story.end());

async function mergeAndRest(branch: MadeBranch): Promise<any> {
  await small.merge(branch);
  return small.rests(branch, undefined, 60_000);
}
const isAsSaid = async (group: string, index: number): Promise<void> => {
  const one = of(group, index);
  expect(await config(one)).toMatchObject(kinds[index]?.[2](one) ?? {});
  expect(await writes(one)).toHaveLength(1);
};

describe('applied, then planned anew', () => {
  let again: any;
  beforeAll(async () => {
    const [first, second] = [await small.make([], changes('fresh')), await small.open([], changes('fresh'))];
    const job = await mergeAndRest(first);
    expect([job.state, job.refusal]).toEqual(['done', null]);
    again = await small.plan(second.id);
  });
  it.each(all)('%s: the container is as the branch said, by one request', (_kind, index) => isAsSaid('fresh', index));
  it('a branch that says the same once more asks for nothing', () => expect([again.actions, again.deletions]).toEqual([[], []]));
});

describe('P26 the answer is lost', () => {
  beforeAll(async () => {
    const branch = await small.make([], changes('lost'));
    for (const [, index] of all) await story.proxmox('leipzig').fault({ path: `/lxc/${of('lost', index).vmid}/(?:config|resize|status/start)$`, method: kinds[index]?.[0] === 'start' ? 'POST' : 'PUT' }, 'answer-lost');
    const job = await mergeAndRest(branch);
    expect([job.state, job.refusal, await story.proxmox('leipzig').armed()]).toEqual(['done', null, []]);
  });
  it.each(all)('%s: it is found by looking, and was sent once', (_kind, index) => isAsSaid('lost', index));
});

describe('P10 somebody changes the same container between recheck and write', () => {
  const underDigest = all.filter(([kind]) => kind !== 'start');
  let job: any;
  beforeAll(async () => {
    const branch = await small.make([], changes('late'));
    for (const [, index] of underDigest) await story.proxmox('leipzig').actAt({ method: 'PUT', path: `/lxc/${of('late', index).vmid}/(?:config|resize)$` }, { act: 'set-config', vmid: of('late', index).vmid, set: { swap: '333' } });
    job = await mergeAndRest(branch);
  });
  it.each(underDigest)('%s: Proxmox refuses it by the digest, and what they did stands', async (_kind, index) => {
    const one = of('late', index);
    const refusal = job.steps.find((step: any) => step.guestId === one.guestId)?.detail?.refusal;
    expect(refusal).toMatchObject({ code: expect.stringMatching(/^proxmox\.(task-)?refused$/), observed: expect.stringMatching(/detected modified configuration|checksum mismatch/) });
    expect(await config(one)).toMatchObject({ hostname: one.name, cores: 1, memory: 512, swap: 333, rootfs: expect.stringContaining('size=4G') });
  });
});
