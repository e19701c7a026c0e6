import { diff, inputOf, planOf, refusalsOf, uuidOf, vmUpdate, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { no } from '../../kernel';
import { draftBranch } from './draft';

const guest: Seeded = { netboxVmId: 5, vmid: 107, name: 'db-1', cores: 2, memoryMib: 2048, human: 'old words' };
const main = { description: 'old words' };
const change = (after: Readonly<Record<string, unknown>>, more: Partial<Scene> = {}): Scene => ({ diffs: [vmUpdate(5, 'db-1', main, after)], guests: [guest], ...more });
const draft = (scene: Scene) => draftBranch(inputOf(scene));
const refusedBy = (scene: Scene): readonly string[] => refusalsOf(draft(scene).findings);

describe('a guest that the branch changes', () => {
  it('P6 has steps in a fixed order, and identity and observed values as its baseline', () => {
    const { content, findings } = planOf(change({ description: 'new words', memory: 4096, vcpus: '4.00' }));
    expect(findings).toEqual([]);
    expect(content.actions).toEqual([{
      kind: 'update', netboxVmId: 5, cluster: 'alpha', name: 'db-1', node: 'pve1', sockets: 1, needsReboot: false,
      target: expect.objectContaining({ kind: 'qemu', vmid: 107, uuid: uuidOf(107), ctime: '1700000000' }) as unknown,
      baseline: { cores: 2, sockets: 1, memoryMib: 2048, human: 'old words', hasProcess: false },
      steps: [{ kind: 'cores', before: 2, after: 4 }, { kind: 'memory', before: 2048, after: 4096 }, { kind: 'description', before: 'old words', after: 'new words' }, { kind: 'stamp', before: null, after: 107 }],
    }]);
  });

  it('P6 has only what it touches in the baseline: a running guest\'s words may change', () => {
    const { content, findings } = planOf(change({ description: 'new' }, { guests: [{ ...guest, running: true }] }));
    expect(findings).toEqual([]);
    expect(content.actions[0]).toMatchObject({ baseline: { human: 'old words' } });
    expect(Object.keys((content.actions[0] as { baseline: object }).baseline)).toEqual(['human']);
  });

  it('clears a description, and counts cores over all sockets', () => {
    expect(draft(change({ description: '' })).actions[0]?.steps[0]).toEqual({ kind: 'description', before: 'old words', after: '' });
    const twoSockets: Partial<Scene> = { guests: [{ ...guest, cores: 1, sockets: 2 }] };
    expect(draft(change({ vcpus: '6.00' }, twoSockets)).actions[0]?.steps[0]).toEqual({ kind: 'cores', before: 2, after: 6 });
    expect(refusedBy(change({ vcpus: '5.00' }, twoSockets))).toEqual(['size.within-limits']);
    expect(refusedBy(change({ vcpus: '1.50' }))).toEqual(['size.within-limits']);
  });

  it('plans to nothing when Proxmox has it already', () => {
    expect(draft(change({ memory: 4096 }, { guests: [{ ...guest, memoryMib: 4096 }] }))).toEqual({ actions: [], deletions: [], findings: [], drift: [] });
  });

  it('plans to nothing for what has no counterpart in Proxmox', () => {
    expect(draft(change({ comments: 'x', tenant: 3, role: 4, disk: 9, custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', customers_own: 1 } }))).toEqual({ actions: [], deletions: [], findings: [], drift: [] });
  });

  const unknown: readonly [string, Readonly<Record<string, unknown>>][] = [
    ['cluster', { cluster: 9 }], ['a field of a later NetBox', { brand_new: 1 }],
    ['memory taken away', { memory: null }], ['our VMID field', { custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', proxmox_vm_id: 108 } }],
  ];
  it.each(unknown)('P30 refuses %s by name, never ignores it', (_name, after) => expect(refusedBy(change(after))).toEqual(['change.not-supported']));

  it('P12 shows drift apart and refuses to write over it', () => {
    const { findings, drift, actions } = draft(change({ memory: 4096 }, { guests: [{ ...guest, memoryMib: 3072 }] }));
    expect(refusalsOf(findings)).toEqual(['change.drifted']);
    expect(drift).toEqual([{ object: 'VM db-1', property: 'memory', netbox: '2048', proxmox: '3072' }]);
    expect(actions).toEqual([]);
  });

  it('refuses a conflict with main, recorded or not', () => {
    const row = (more: object) => ({ ...change({}), diffs: [vmUpdate(5, 'db-1', main, { memory: 4096 }, more)] });
    expect(refusedBy(row({ conflicts: ['memory'] }))).toContain('branch.conflict');
    expect(refusedBy(row({ current: { ...main, memory: 3072 } }))).toEqual(['branch.conflict']);
    expect(refusedBy(row({ current: null }))).toContain('branch.conflict');
    expect(refusedBy(row({ conflicts: ['comments'] }))).toEqual([]);
    expect(refusedBy(row({ current: { ...main, memory: 4096 } }))).toEqual([]);
  });

  it('P13 refuses a guest that is not linked, allocated only, or gone', () => {
    expect(refusedBy(change({ memory: 1 }, { input: { links: new Map() } }))).toEqual(['guest.not-adopted']);
    const link = inputOf(change({})).links.get(5);
    for (const state of ['allocated', 'gone'] as const) expect(refusedBy(change({ memory: 1 }, link === undefined ? {} : { input: { links: new Map([[5, { ...link, state }]]) } }))).toEqual(['guest.not-adopted']);
  });

  const impostors: readonly [string, Readonly<Record<string, string | null>>][] = [
    ['uuid differs', { smbios1: `uuid=${uuidOf('other')}` }], ['uuid is absent', { smbios1: null }], ['creation time differs', { meta: 'ctime=1' }], ['creation time is absent', { meta: null }],
    ['marker is absent', { description: 'old words' }], ['marker is another\'s', { description: `<!-- sluice guest ${uuidOf('other')} -->` }],
  ];
  it.each(impostors)('P13 refuses when VMID 107 now belongs to another guest: %s', (_name, raw) => {
    expect(refusedBy(change({ memory: 4096 }, { guests: [{ ...guest, raw }] }))).toEqual(['guest.identity']);
  });

  it('P5 refuses a guest that cannot be read, or is in no list', () => {
    expect(refusedBy(change({ memory: 4096 }, { world: { observed: new Map([[107, no({ kind: 'not-observed', where: 'pve1', text: '595' })]]) } }))).toEqual(['observation.incomplete']);
    expect(refusedBy(change({ memory: 4096 }, { world: { observed: new Map() } }))).toEqual(['observation.incomplete']);
  });
});

describe('which cluster', () => {
  it('refuses a VM without one, passes one that is not connected, and refuses to move one between clusters', () => {
    expect(refusedBy({ diffs: [vmUpdate(5, 'x', { cluster: null }, { memory: 1 })] })).toEqual(['guest.no-cluster']);
    expect(draft({ diffs: [vmUpdate(5, 'x', { cluster: 9 }, { memory: 1 })] }).findings).toMatchObject([{ rule: 'change.not-our-cluster', severity: 'info' }]);
    expect(refusedBy({ diffs: [vmUpdate(5, 'x', { cluster: 9 }, { cluster: 1 })] })).toEqual(['change.not-supported']);
  });

  it('finds the cluster of a guest that only its children touch in main', () => {
    const nic = diff('virtualization.vminterface', 8, { name: 'net0', virtual_machine: 5, mtu: null }, { name: 'net0', virtual_machine: 5, mtu: 9 });
    const vms = new Map([[5, { id: 5, name: 'db-1', cluster: { id: 1 } }]]);
    expect(draft({ diffs: [nic], guests: [guest], lookups: { vms } }).findings).toMatchObject([{ rule: 'create.mtu', object: 'interface net0 of VM db-1' }]);
    expect(refusedBy({ diffs: [nic], guests: [guest] })).toEqual(['guest.no-cluster']);
  });
});
