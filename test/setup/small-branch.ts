// Small branches of one's own for tests that share one lab: each case makes or changes its own VM, so that no case disturbs another.
import type { Story } from './story';
import { until } from './until';

export interface MadeBranch { readonly id: number; readonly name: string; readonly plan: any }
export interface NewVm { readonly name: string; readonly status?: 'planned' | 'active'; readonly vcpus?: number; readonly memory?: number; readonly description?: string; readonly node?: string; readonly tags?: readonly string[]; readonly cluster?: string }
type Fields = Readonly<Record<string, unknown>>;
export interface VmChange {
  readonly name?: string; readonly vcpus?: number; readonly memory?: number; readonly description?: string; readonly status?: string; readonly start_on_boot?: 'on' | 'off';
  /** By name. */
  readonly device?: { readonly name: string };
  /** Slugs, all of them. */
  readonly tags?: readonly string[];
  /** By slot: fields make or change it, null takes it out. */
  readonly disks?: Readonly<Record<string, Fields | null>>;
  readonly nics?: Readonly<Record<string, Fields | null>>;
}

const vms = '/api/virtualization/virtual-machines/';
const children = { disks: '/api/virtualization/virtual-disks/', nics: '/api/virtualization/interfaces/' } as const;
let count = 0;

export class SmallBranches {
  constructor(private readonly story: Story) {}

  private async as(user: 'engineer' | 'admin', method: string, path: string, body: unknown, branch?: string): Promise<any> {
    const answer = await this.story.netboxLab.act({ do: 'request', as: user, method, path, body: body as never, ...(branch === undefined ? {} : { branch }) });
    if (answer.status >= 300) throw new Error(`NetBox answered ${answer.status} to ${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A branch with these VMs made and these changed (by name), and its plan. */
  async make(creates: readonly NewVm[], changes: Readonly<Record<string, VmChange>> = {}): Promise<MadeBranch> {
    const made = await this.open(creates, changes);
    const plan = await this.plan(made.id);
    return { ...made, plan };
  }

  async open(creates: readonly NewVm[], changes: Readonly<Record<string, VmChange>> = {}): Promise<{ readonly id: number; readonly name: string }> {
    const name = `small-${++count}`;
    const { id } = await this.as('engineer', 'POST', '/api/plugins/branching/branches/', { name, custom_fields: { apply_to_proxmox: true, apply_destroy_confirmed: true } });
    await this.story.netboxLab.idle();
    for (const vm of creates) {
      const { id: vmId } = await this.as('engineer', 'POST', vms, {
        name: vm.name, cluster: { name: vm.cluster ?? 'leipzig' }, status: vm.status ?? 'planned', vcpus: vm.vcpus ?? 1, memory: vm.memory ?? 512, description: vm.description ?? `made for ${vm.name}`, tags: (vm.tags ?? []).map((slug) => ({ slug })),
        custom_fields: { proxmox_kind: 'qemu', proxmox_node: vm.node ?? 'pve3', proxmox_storage: 'vmdata', proxmox_pool: 'sluice-managed' },
      }, name);
      await this.as('engineer', 'POST', '/api/virtualization/virtual-disks/', { virtual_machine: vmId, name: 'scsi0', size: 1024 }, name);
      await this.as('engineer', 'POST', '/api/virtualization/interfaces/', { virtual_machine: vmId, name: 'net0', enabled: true }, name);
    }
    for (const [vm, change] of Object.entries(changes)) await this.change(await this.vmId(vm), change, name);
    return { id, name };
  }

  private async change(vmId: number, { disks, nics, tags, ...fields }: VmChange, branch: string): Promise<void> {
    const body = { ...fields, ...(tags === undefined ? {} : { tags: tags.map((slug) => ({ slug })) }) };
    if (Object.keys(body).length > 0) await this.as('engineer', 'PATCH', `${vms}${vmId}/`, body, branch);
    for (const [what, rows] of [['disks', disks], ['nics', nics]] as const) {
      for (const [slot, wanted] of Object.entries(rows ?? {})) await this.changeChild(what, vmId, slot, wanted, branch);
    }
  }

  private async changeChild(what: keyof typeof children, vmId: number, slot: string, wanted: Fields | null, branch: string): Promise<void> {
    const path = children[what];
    const known = (await this.story.netbox('admin').get<any>(`${path}?virtual_machine_id=${vmId}&name=${slot}`)).body.results[0];
    if (known === undefined) await this.as('engineer', 'POST', path, { virtual_machine: vmId, name: slot, ...wanted }, branch);
    else if (wanted === null) await this.as('engineer', 'DELETE', `${path}${known.id}/`, undefined, branch);
    else await this.as('engineer', 'PATCH', `${path}${known.id}/`, wanted, branch);
  }

  async plan(branchId: number): Promise<any> {
    let answer = await this.story.service.post('/api/intent/plans', { netbox: 'netbox', branchId }, { 'Idempotency-Key': `small-${branchId}-${++count}` });
    if (answer.status === 202) await until(async () => (answer = await this.story.service.post('/api/intent/plans', { netbox: 'netbox', branchId }, { 'Idempotency-Key': `small-${branchId}-${++count}` })).status === 201, 'the plan');
    const findings = (answer.body['findings'] ?? []) as readonly { readonly severity: string }[];
    expect([answer.status, findings.filter((finding) => finding.severity !== 'info')]).toEqual([201, []]);
    return answer.body;
  }

  async vmId(name: string): Promise<number> {
    const answer = await this.story.netbox('admin').get<any>(`${vms}?name=${encodeURIComponent(name)}`);
    const [row] = answer.body.results;
    if (row === undefined) throw new Error(`NetBox has no VM ${name}`);
    return row.id;
  }

  /** NetBox main's record of a VM. */
  async record(name: string): Promise<any> {
    return (await this.story.netbox('admin').get(`${vms}${await this.vmId(name)}/`)).body;
  }

  /** Merges over NetBox, which asks the gate; the merge must come through. */
  async merge(branch: { readonly id: number }): Promise<void> {
    const job = await this.story.merge(branch.id);
    expect([job.status.value, job.error]).toEqual(['completed', '']);
  }

  async jobOf(branch: { readonly id: number }): Promise<{ readonly id: string; readonly state: string; readonly fence: number; readonly refusal: any } | null> {
    return this.story.owner.maybe<any>('select j.id, j.state, j.fence, j.refusal from apply_jobs j join merges m on m.id = j.merge_id where m.branch_id = $1 order by j.made_at desc limit 1', [branch.id]);
  }

  /** Waits until the branch's job rests in one of these states; gives it with its steps. */
  async rests(branch: { readonly id: number }, states: readonly string[] = ['done', 'refused', 'partial', 'diverged', 'stuck', 'held'], millis = 20_000): Promise<any> {
    await until(async () => states.includes((await this.jobOf(branch))?.state ?? ''), `a job that is ${states.join(' or ')}`, millis).catch(async (trouble: Error) => {
      const job = await this.jobOf(branch);
      throw new Error(`${trouble.message}; it is ${JSON.stringify(job)}; ${job === null ? '' : (await this.lines(job.id)).join('\n')}`);
    });
    const job = await this.jobOf(branch);
    return (await this.story.service.get(`/api/apply/jobs/${job?.id ?? ''}`)).body;
  }

  async lines(jobId: string): Promise<string[]> {
    return (await this.story.owner.rows<{ text: string }>('select text from apply_lines where job_id = $1 order by seq', [jobId])).map((row) => row.text);
  }

  /** The VMID that this VM's guest has or had. */
  async vmidOf(name: string): Promise<number> {
    return (await this.story.owner.one<{ vmid: number }>('select vmid from guest_links where netbox_vm_id = $1 order by changed_at desc limit 1', [await this.vmId(name)])).vmid;
  }

  /** Requests at the simulated cluster that could change something, in order: `PUT /nodes/pve3/qemu/5007/config`. */
  async writes(vmid: number, cluster = 'leipzig'): Promise<string[]> {
    const { entries } = await this.story.proxmox(cluster).requests();
    return entries.filter((entry) => entry.method !== 'GET' && (entry.path.includes(`/qemu/${vmid}/`) || entry.params['vmid'] === vmid || entry.params['vmid'] === String(vmid) || entry.params['vms'] === String(vmid) || entry.params['vms'] === vmid)).map((entry) => `${entry.method} ${entry.path}`);
  }

  async creates(vmid: number): Promise<number> {
    return (await this.writes(vmid)).filter((write) => /^POST \/nodes\/[^/]+\/qemu$/.test(write)).length;
  }

  async effects(jobId: string): Promise<{ readonly step: string; readonly kind: string; readonly state: string; readonly attempt: number }[]> {
    return this.story.owner.rows('select step, kind, state, attempt from effects where holder_id = $1 order by intended_at, step, attempt', [jobId]);
  }
}
