// Every kind of step that changes a guest that stands: how a branch says it, which request it becomes, what a third party does to the
// same thing, and how it reads.
import { markerLine } from '../../src/guest';
import type { Act, FaultOrder } from '../../src/lab/proxmox';
import { netboxAs } from './scenes';
import { SmallBranches, type MadeBranch, type VmChange } from './small-branch';
import { standingGuests, type Standing } from './standing-guests';
import { startStory, type Story } from './story';

type Config = Readonly<Record<string, string | number | undefined>>;
export interface Seen { readonly config: Config; readonly power: string }

export interface StepKindCase {
  readonly kind: string;
  /** The kind of the effect, as failpoints name it. */
  readonly effect: 'configure' | 'add-disk' | 'grow-disk' | 'start' | 'shutdown';
  readonly running?: boolean;
  change(guest: Standing): VmChange;
  /** A task follows: the answer is only its name. */
  readonly isTask: boolean;
  /** Below the guest's own path. */
  readonly write: readonly ['PUT' | 'POST', string];
  /** What of the guest the step is about. */
  see(seen: Seen): unknown;
  wanted(guest: Standing): unknown;
  theirs(guest: Standing): Act;
  theyHave(guest: Standing): unknown;
}

const config = ['PUT', 'config'] as const;
const sizeOf = (value: string | number | undefined): string => /size=(\w+)/.exec(String(value))?.[1] ?? 'none';
const set = (guest: Standing, values: Readonly<Record<string, string>>): Act => ({ act: 'set-config', vmid: guest.vmid, set: values });
const configured = { effect: 'configure', isTask: false, write: config } as const;

/** VLAN 30, which the lab has beside VLAN 20. */
const vlan = 2;

export const stepKinds: readonly StepKindCase[] = [
  { ...configured, kind: 'name', change: (guest) => ({ name: `${guest.name}-new` }), see: (seen) => seen.config['name'], wanted: (guest) => `${guest.name}-new`, theirs: (guest) => set(guest, { name: `${guest.name}-theirs` }), theyHave: (guest) => `${guest.name}-theirs` },
  { ...configured, kind: 'cores', change: () => ({ vcpus: 2 }), see: (seen) => seen.config['cores'], wanted: () => 2, theirs: (guest) => set(guest, { cores: '3' }), theyHave: () => 3 },
  { ...configured, kind: 'memory', change: () => ({ memory: 1536 }), see: (seen) => seen.config['memory'], wanted: () => '1536', theirs: (guest) => set(guest, { memory: '1280' }), theyHave: () => '1280' },
  {
    ...configured, kind: 'description', change: () => ({ description: 'said anew' }), see: (seen) => String(seen.config['description']).trim(),
    wanted: (guest) => `said anew\n\n${markerLine(guest.guestId)}`, theirs: (guest) => set(guest, { description: `theirs\n\n${markerLine(guest.guestId)}` }), theyHave: (guest) => `theirs\n\n${markerLine(guest.guestId)}`,
  },
  { ...configured, kind: 'tags', change: () => ({ tags: ['web'] }), see: (seen) => seen.config['tags'], wanted: () => 'web', theirs: (guest) => set(guest, { tags: 'theirs;web' }), theyHave: () => 'theirs;web' },
  { ...configured, kind: 'on-boot', change: () => ({ start_on_boot: 'on' }), see: (seen) => [seen.config['onboot'], seen.config['startup']], wanted: () => [1, undefined], theirs: (guest) => set(guest, { onboot: '1', startup: 'order=3' }), theyHave: () => [1, 'order=3'] },
  {
    ...configured, kind: 'nic', change: () => ({ nics: { net0: { mode: 'access', untagged_vlan: vlan } } }), see: (seen) => seen.config['net0'],
    wanted: ({ macs }) => `virtio=${macs[0]},bridge=vmbr0,firewall=1,tag=30`, theirs: (guest) => set(guest, { net0: `virtio=${guest.macs[0]},bridge=vmbr0,tag=77` }), theyHave: ({ macs }) => `virtio=${macs[0]},bridge=vmbr0,tag=77`,
  },
  { ...configured, kind: 'nic, a new one', change: () => ({ nics: { net2: { enabled: true } } }), see: (seen) => /bridge=.*/.exec(String(seen.config['net2']))?.[0], wanted: () => 'bridge=vmbr0', theirs: (guest) => set(guest, { net2: 'virtio=BC:24:11:99:00:01,bridge=vmbr0,tag=77' }), theyHave: () => 'bridge=vmbr0,tag=77' },
  { ...configured, kind: 'nic, one less', change: () => ({ nics: { net1: null } }), see: (seen) => seen.config['net1'], wanted: () => undefined, theirs: (guest) => set(guest, { net1: `virtio=${guest.macs[1]},bridge=vmbr0,tag=77` }), theyHave: ({ macs }) => `virtio=${macs[1]},bridge=vmbr0,tag=77` },
  { ...configured, kind: 'disk-detach', change: () => ({ disks: { scsi1: null } }), see: ({ config: now }) => [now['scsi1'] === undefined, sizeOf(now['scsi1']), now['unused0'] !== undefined], wanted: () => [true, 'none', true], theirs: (guest) => set(guest, { scsi1: `vmdata:vm-${guest.vmid}-disk-7,size=3G` }), theyHave: () => [false, '3G', false] },
  { kind: 'disk-add', effect: 'add-disk', isTask: true, write: ['POST', 'config'], change: () => ({ disks: { scsi2: { size: 1024 } } }), see: (seen) => sizeOf(seen.config['scsi2']), wanted: () => '1G', theirs: (guest) => set(guest, { scsi2: `vmdata:vm-${guest.vmid}-disk-7,size=3G` }), theyHave: () => '3G' },
  { kind: 'disk-grow', effect: 'grow-disk', isTask: true, write: ['PUT', 'resize'], change: () => ({ disks: { scsi1: { size: 2048 } } }), see: (seen) => sizeOf(seen.config['scsi1']), wanted: () => '2G', theirs: (guest) => set(guest, { scsi1: `vmdata:vm-${guest.vmid}-disk-1,size=3G` }), theyHave: () => '3G' },
  { kind: 'start', effect: 'start', isTask: true, write: ['POST', 'status/start'], change: () => ({ status: 'active' }), see: (seen) => seen.power, wanted: () => 'running', theirs: ({ vmid }) => ({ act: 'start', vmid }), theyHave: () => 'running' },
  { kind: 'shutdown', effect: 'shutdown', running: true, isTask: true, write: ['POST', 'status/shutdown'], change: () => ({ status: 'offline' }), see: (seen) => seen.power, wanted: () => 'stopped', theirs: ({ vmid }) => ({ act: 'stop', vmid }), theyHave: () => 'stopped' },
];

const nameIn = (group: string, { kind }: StepKindCase): string => `${group}-${kind.replace(/\W+/g, '-')}`;

/** One lab with a guest for each kind in each group: a group is what one branch changes. */
export class EveryKind {
  private constructor(readonly story: Story, readonly small: SmallBranches, private readonly guests: ReadonlyMap<string, Standing>) {}

  static async start(groups: readonly string[]): Promise<EveryKind> {
    const story = await startStory({ reconcileEvery: 3600 });
    const { id } = await netboxAs<{ id: number }>(story, 'admin', 'POST', '/api/ipam/vlans/', { name: 'thirty', vid: 30 });
    if (id !== vlan) throw new Error(`VLAN 30 has the id ${id}`);
    return new EveryKind(story, new SmallBranches(story), await standingGuests(story, groups.flatMap((group) => stepKinds.map((one) => ({ name: nameIn(group, one), running: one.running ?? false })))));
  }

  end(): Promise<void> { return this.story.end(); }

  of(group: string, one: StepKindCase): Standing {
    const guest = this.guests.get(nameIn(group, one));
    if (guest === undefined) throw new Error(`no guest ${nameIn(group, one)}`);
    return guest;
  }

  changes(group: string, some: readonly StepKindCase[] = stepKinds): Readonly<Record<string, VmChange>> {
    return Object.fromEntries(some.map((one) => [nameIn(group, one), one.change(this.of(group, one))]));
  }

  request(group: string, one: StepKindCase): FaultOrder['match'] {
    return { method: one.write[0], path: `/qemu/${this.of(group, one).vmid}/${one.write[1]}$` };
  }

  /** What of the guest the step is about, as it is now. */
  async now(group: string, one: StepKindCase): Promise<unknown> {
    const at = `nodes/pve3/qemu/${this.of(group, one).vmid}`;
    const [seen, power] = await Promise.all([this.story.proxmoxGet<Config>('leipzig', `${at}/config`), this.story.proxmoxGet<{ status: string }>('leipzig', `${at}/status/current`)]);
    return one.see({ config: seen, power: power.status });
  }

  async mergeAndRest(branch: MadeBranch): Promise<any> {
    await this.small.merge(branch);
    return this.small.rests(branch, undefined, 60_000);
  }

  /** What became of the write of this guest, attempt by attempt: `configure confirmed`. */
  async effects(jobId: string, group: string, one: StepKindCase): Promise<readonly string[]> {
    const rows = await this.story.owner.rows<{ effect: string }>(`select kind || ' ' || state as effect from effects where holder_id = $1 and vmid = $2 and kind <> 'netbox-patch' order by attempt`, [jobId, this.of(group, one).vmid]);
    return rows.map((row) => row.effect);
  }

  refusal(job: any, group: string, one: StepKindCase): any {
    return job.steps.find((step: any) => step.guestId === this.of(group, one).guestId)?.detail?.refusal ?? null;
  }

  /** The guest is as the branch said, by exactly one request. */
  async isDoneOnce(group: string, one: StepKindCase): Promise<void> {
    const guest = this.of(group, one);
    expect([await this.now(group, one), await this.small.writes(guest.vmid)]).toEqual([one.wanted(guest), [`${one.write[0]} /nodes/pve3/qemu/${guest.vmid}/${one.write[1]}`]]);
  }
}
