// Every way of making a guest: how a branch says it, which request it becomes, how the guest reads. Each has a path of its own, so that
// trouble meets exactly the request that it is for; what is copied is a template of the group's own.
import { markerLine } from '../../src/guest';
import type { FaultOrder } from '../../src/lab/proxmox';
import { netboxAs } from './scenes';
import { SmallBranches, type MadeBranch } from './small-branch';
import { startStory, type Story } from './story';

export type Kind = 'qemu' | 'lxc';
export interface OriginCase {
  readonly origin: string;
  readonly kind: Kind;
  readonly node: string;
  /** The kind of the effect, as failpoints name it. */
  readonly effect: 'create' | 'clone';
  readonly disk: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Below the node's own path; the template's VMID for what is copied. */
  path(template: number): string;
  readonly reads: Readonly<Record<string, unknown>>;
}

const vm = { kind: 'qemu', disk: 'scsi0' } as const;
const container = { kind: 'lxc', disk: 'rootfs' } as const;
const archive = 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst';

export const origins: readonly OriginCase[] = [
  { ...vm, origin: 'blank', node: 'pve3', effect: 'create', fields: { proxmox_storage: 'vmdata' }, path: () => 'qemu', reads: { scsi0: expect.stringContaining('size=8G') } },
  { ...vm, origin: 'ISO', node: 'pve1', effect: 'create', fields: { proxmox_storage: 'vmdata', proxmox_iso: 'local:iso/debian-12.iso' }, path: () => 'qemu', reads: { ide2: expect.stringContaining('local:iso/debian-12.iso'), boot: 'order=scsi0;ide2' } },
  { ...vm, origin: 'linked clone', node: 'pve1', effect: 'clone', fields: {}, path: (template) => `qemu/${template}/clone`, reads: { scsi0: expect.stringMatching(/base-\d+-disk-0\S*\/vm-\d+-disk-0/) } },
  { ...vm, origin: 'full clone', node: 'pve1', effect: 'clone', fields: { proxmox_storage: 'vmdata' }, path: (template) => `qemu/${template}/clone`, reads: { scsi0: expect.stringMatching(/^vmdata:(?:\d+\/)?vm-\d+-disk-0/) } },
  { ...container, origin: 'container', node: 'pve1', effect: 'create', fields: { proxmox_storage: 'vmdata', proxmox_ostemplate: archive }, path: () => 'lxc', reads: { rootfs: expect.stringContaining('size=8G'), unprivileged: 1 } },
  { ...container, origin: 'clone of a container', node: 'pve1', effect: 'clone', fields: {}, path: (template) => `lxc/${template}/clone`, reads: { rootfs: expect.stringMatching(/base-\d+-disk-0\S*vm-\d+-disk-0/) } },
];

const nameOf = (group: string, { origin }: OriginCase): string => `${group}-${origin.toLowerCase().replace(/\W+/g, '-')}`;
const configOf = (kind: Kind, vmid: number, name: string): Readonly<Record<string, string>> => kind === 'qemu'
  ? { name, template: '1', cores: '1', sockets: '1', memory: '1024', ostype: 'l26', scsihw: 'virtio-scsi-single', boot: 'order=scsi0', scsi0: `vmdata:base-${vmid}-disk-0,size=8G`, net0: `virtio=BC:24:11:77:${String(Math.floor(vmid / 100))}:${String(vmid % 100).padStart(2, '0')},bridge=vmbr0`, smbios1: `uuid=30000000-0000-4000-8000-${String(vmid).padStart(12, '0')}`, meta: 'creation-qemu=9.0.2,ctime=1750000000' }
  : { hostname: name, template: '1', arch: 'amd64', ostype: 'debian', unprivileged: '1', cores: '1', memory: '1024', rootfs: `vmdata:base-${vmid}-disk-0,size=8G`, net0: `name=eth0,bridge=vmbr0,hwaddr=BC:24:11:77:${String(Math.floor(vmid / 100))}:${String(vmid % 100).padStart(2, '0')},type=veth` };

/** One lab. A group's guests are what its branches make. */
export class EveryOrigin {
  private readonly templates = new Map<string, number>();
  private readonly vmids = new Map<string, number>();
  private readonly next = { qemu: 9100, lxc: 9200 };

  private constructor(readonly story: Story, readonly small: SmallBranches) {}

  static async start(): Promise<EveryOrigin> {
    const story = await startStory({ reconcileEvery: 3600 });
    const scene = new EveryOrigin(story, new SmallBranches(story));
    await scene.makeTemplates();
    return scene;
  }

  /** As many as the groups need. What is a template is told by a broadcast that comes every ten seconds (Proxmox VE 8.4). */
  private async makeTemplates(): Promise<void> {
    for (const [kind, first, count] of [['qemu', 9100, 30], ['lxc', 9200, 10]] as const) {
      for (let vmid = first; vmid < first + count; vmid += 1) await this.lab.act({ act: 'create', vmid, kind, node: 'pve1', pool: 'templates', config: configOf(kind, vmid, `golden-${vmid}`) });
    }
    await this.lab.advance(15);
  }

  end(): Promise<void> { return this.story.end(); }
  get lab(): ReturnType<Story['proxmox']> { return this.story.proxmox('leipzig'); }

  private takeTemplate(group: string, one: OriginCase, given: number | null): number {
    const vmid = given ?? this.next[one.kind]++;
    this.templates.set(nameOf(group, one), vmid);
    return vmid;
  }

  templateOf(group: string, one: OriginCase): number { return this.templates.get(nameOf(group, one)) ?? 0; }

  /** A branch that makes one guest of each of these, planned. What is copied already is a template of its own, or the one given. */
  async make(group: string, some: readonly OriginCase[] = origins, template: number | null = null): Promise<MadeBranch> {
    const { id, name } = await this.small.open([]);
    const as = <T>(path: string, body: unknown): Promise<T> => netboxAs<T>(this.story, 'engineer', 'POST', `/api/virtualization/${path}/`, body, name);
    for (const one of some) {
      const copied = one.effect === 'clone' ? { proxmox_template_vmid: this.takeTemplate(group, one, template) } : {};
      const made = await as<{ id: number }>('virtual-machines', { name: nameOf(group, one), cluster: { name: 'leipzig' }, status: 'planned', vcpus: 1, memory: 1024, description: 'made in its way', custom_fields: { proxmox_kind: one.kind, proxmox_node: one.node, proxmox_pool: 'sluice-managed', ...one.fields, ...copied } });
      await as('virtual-disks', { virtual_machine: made.id, name: one.disk, size: 8192 });
      await as('interfaces', { virtual_machine: made.id, name: 'net0', enabled: true });
    }
    const plan = await this.small.plan(id);
    for (const action of plan.actions) this.vmids.set(action.guest.name, action.guest.vmid);
    return { id, name, plan };
  }

  vmid(group: string, one: OriginCase): number {
    const vmid = this.vmids.get(nameOf(group, one));
    if (vmid === undefined) throw new Error(`no guest ${nameOf(group, one)}`);
    return vmid;
  }

  /** The call that makes it. */
  request(group: string, one: OriginCase): FaultOrder['match'] {
    return { method: 'POST', path: `/nodes/${one.node}/${one.path(this.templateOf(group, one))}$` };
  }

  async config(group: string, one: OriginCase): Promise<Readonly<Record<string, unknown>> | null> {
    return this.story.proxmoxGet('leipzig', `nodes/${one.node}/${one.kind}/${this.vmid(group, one)}/config`);
  }

  /** Writes at Proxmox about this VMID, in order. */
  async writes(group: string, one: OriginCase): Promise<readonly string[]> {
    const vmid = String(this.vmid(group, one));
    const { entries } = await this.lab.requests();
    return entries.filter((entry) => entry.method !== 'GET' && (entry.path.includes(`/${vmid}/`) || ['vmid', 'newid', 'vms'].some((key) => String(entry.params[key]) === vmid))).map((entry) => `${entry.method} ${entry.path}`);
  }

  /** What became of the call that makes it, attempt by attempt: `clone confirmed`. */
  async effects(group: string, one: OriginCase): Promise<readonly string[]> {
    const rows = await this.story.owner.rows<{ effect: string }>(`select kind || ' ' || state as effect from effects where vmid = $1 and kind in ('create', 'clone') order by attempt`, [this.vmid(group, one)]);
    return rows.map((row) => row.effect);
  }

  /** The first step of this guest in its job: the one that makes it. */
  step(job: any, group: string, one: OriginCase): any {
    return job.steps.find((step: any) => step.vmid === this.vmid(group, one) || step.detail?.vmid === this.vmid(group, one)) ?? job.steps.find((step: any) => String(step.title).includes(nameOf(group, one)));
  }

  refusal(job: any, group: string, one: OriginCase): any {
    return this.step(job, group, one)?.detail?.refusal ?? null;
  }

  async mergeAndRest(branch: MadeBranch): Promise<any> {
    await this.small.merge(branch);
    return this.small.rests(branch, undefined, 60_000);
  }

  /** The guest stands once, made by exactly one call, whole and marked as ours. */
  async isMadeOnce(group: string, one: OriginCase): Promise<void> {
    const path = `POST /nodes/${one.node}/${one.path(this.templateOf(group, one))}`;
    expect((await this.writes(group, one)).filter((write) => write.startsWith('POST') && !write.includes('/status/'))).toEqual([path]);
    const [config, link] = [await this.config(group, one), await this.story.owner.one<{ guest_id: string; state: string }>('select guest_id, state from guest_links where vmid = $1', [this.vmid(group, one)])];
    expect(config).toMatchObject({ ...one.reads, [one.kind === 'qemu' ? 'name' : 'hostname']: nameOf(group, one), description: expect.stringContaining(markerLine(link.guest_id as never)) });
    expect([config?.['lock'], link.state]).toEqual([undefined, 'live']);
  }
}
