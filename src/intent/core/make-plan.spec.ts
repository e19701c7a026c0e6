// Carries P1, P5: the whole planner as one function: same input, same digest; what cannot be seen is never permitted.
import fc from 'fast-check';
import { contentOf, diff, diskCreate, inputOf, nicCreate, planOf, refusalsOf, settings, sourceOf, vmCreate, vmDelete, vmUpdate, worldWith, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { no, type Fault } from '../../kernel';
import type { ChangeDiff } from '../../netbox/ports';
import { judgeAll } from '../rules';
import { contentDigest } from './branch-content';
import { makePlan } from './make-plan';
import { isPermitted, refusalText, type Action } from './plan';
import type { ClusterWorld } from './world';

const guests: readonly Seeded[] = [{ netboxVmId: 5, vmid: 105, name: 'a' }, { netboxVmId: 6, vmid: 106, name: 'b' }, { netboxVmId: 7, vmid: 107, name: 'c' }];
const story: Scene = {
  guests,
  diffs: [
    vmUpdate(5, 'a', {}, { memory: 4096, vcpus: '4.00' }), vmUpdate(6, 'b', {}, { description: 'x' }), vmDelete(7, 'c'), diff('virtualization.vminterface', 70, { name: 'net0', virtual_machine: 7 }, null),
    vmCreate(8, 'new-1'), diskCreate(80, 8, 'scsi0', 1024), diskCreate(81, 8, 'scsi1', 1024), nicCreate(82, 8, 'net0'), vmCreate(9, 'new-2'),
  ],
};

describe('a plan', () => {
  it('P1 planned twice has the same digest, and no order of rows, guests or worlds changes it', () => {
    const wanted = planOf(story).digest;
    expect(planOf(story).digest).toBe(wanted);
    fc.assert(fc.property(fc.shuffledSubarray([...story.diffs], { minLength: story.diffs.length }), fc.shuffledSubarray([...guests], { minLength: guests.length }), (diffs, seeded) => {
      expect(planOf({ ...story, diffs, guests: seeded }).digest).toBe(wanted);
    }), { numRuns: 50 });
  });

  it('P1 two clusters say the same in either order', () => {
    const worlds = ([[1, 'alpha'], [2, 'beta']] as const).map(([id, name]) => [id, { ...worldWith(guests), settings: { ...settings, name, identity: 'changed' as const } }] as const);
    const diffs = [vmUpdate(5, 'a', {}, { memory: 4096 }), vmUpdate(6, 'b', { cluster: 2 }, { memory: 4096 })];
    const digests = [worlds, [...worlds].reverse()].map((pairs) => planOf({ ...story, diffs, input: { worlds: new Map(pairs) } }));
    expect(refusalsOf(digests[0]?.findings ?? [])).toEqual(['cluster.identity', 'cluster.identity']);
    expect(digests[0]?.digest).toBe(digests[1]?.digest);
  });

  it('P1 another value, another target, another policy is another digest', () => {
    const base = planOf(story).digest;
    const others = [
      planOf({ ...story, diffs: [vmUpdate(5, 'a', {}, { memory: 4097, vcpus: '4.00' }), ...story.diffs.slice(1)] }),
      planOf({ ...story, guests: [{ ...guests[0], netboxVmId: 5, vmid: 155, name: 'a' }, ...guests.slice(1)] }),
      makePlan(inputOf(story), judgeAll, 2, sourceOf(contentOf(story))),
      planOf({ ...story, diffs: story.diffs.slice(0, -1) }),
      planOf({ ...story, branchFields: { apply_to_proxmox: true, apply_destroy_confirmed: false } }),
    ].map((plan) => plan.digest);
    expect(new Set([base, ...others]).size).toBe(others.length + 1);
  });

  it('P5 for apply has no member that deletes', () => {
    const kinds: Record<Action['kind'], true> = { create: true, update: true, adopt: true };
    expect(Object.keys(kinds)).toEqual(['create', 'update', 'adopt']);
    const { content } = planOf(story);
    expect(content.actions.map((action) => action.netboxVmId)).toEqual([5, 6, 8, 9]);
    expect(content.actions.flatMap((action) => action.steps.map((step) => step.kind)).filter((kind) => /delete|destroy|remove/.test(kind))).toEqual([]);
    expect(content.deletions.map((deletion) => deletion.netboxVmId)).toEqual([7]);
  });

  it('puts refusals first and says each as one sentence', () => {
    const plan = planOf({ ...story, diffs: [...story.diffs, vmUpdate(11, 'far', { cluster: 9 }, { memory: 1 }), vmUpdate(12, 'lost', {}, { memory: 1 })] });
    expect(plan.findings.map((finding) => finding.severity)).toEqual(['refusal', 'info']);
    expect(refusalText(plan.findings)).toBe('VM lost: no guest is linked to this NetBox VM. Take the guest in first: a branch that sets proxmox_vm_id of this VM to its VMID does that, and nothing else. (guest.not-adopted)');
    expect(plan.content.actions).toHaveLength(4);
  });
});

describe('what cannot be seen', () => {
  const fault: Fault = { kind: 'not-observed', where: 'cluster alpha', text: '595' };
  const unseen = no(fault);
  const full = worldWith(guests);
  const holes: readonly [string, Partial<ClusterWorld>][] = [
    ['the cluster status', { status: unseen }], ['the list of guests', { guests: unseen }], ['the rights of our tokens', { poolRights: unseen }],
    ['the size of a node', { nodes: new Map([...full.nodes, ['pve1', unseen]]) }], ['the size of a node, not even asked', { nodes: new Map() }],
    ['the storages', { storages: new Map([...full.storages, ['pve1', unseen]]) }], ['the storages, not even asked', { storages: new Map() }],
    ['the bridges', { bridges: new Map([...full.bridges, ['pve1', unseen]]) }], ['the bridges, not even asked', { bridges: new Map() }],
    ['one touched guest', { observed: new Map([...full.observed, [106, unseen]]) }], ['all touched guests', { observed: new Map() }],
    ['a list of guests that is empty although guests were known', { guests: { ok: true, value: [] } }],
    ['a quorum', { status: { ok: true, value: { name: 'alpha', quorate: false, nodes: [{ name: 'pve1', online: true }] } } }],
    ['whose cluster it is', { settings: { ...full.settings, identity: 'unseen' } }], ['whose cluster it is now', { settings: { ...full.settings, identity: 'changed' } }],
  ];
  it('is permitted when everything is seen', () => expect(isPermitted(planOf(story).findings)).toBe(true));
  it.each(holes)('P5 is never permitted without %s', (_name, world) => expect(isPermitted(planOf({ ...story, world }).findings)).toBe(false));

  it('P5 any set of holes is refused', () => {
    fc.assert(fc.property(fc.subarray([...holes], { minLength: 1 }), (some) => {
      const world = some.reduce((all, [, hole]) => ({ ...all, ...hole }), {});
      expect(isPermitted(planOf({ ...story, world }).findings)).toBe(false);
    }), { numRuns: 100 });
  });

  it('P6 a link without uuid or creation time matches nothing', () => {
    const links = new Map([...inputOf(story).links].map(([id, link]) => [id, { ...link, uuid: null, ctime: null }]));
    expect(refusalsOf(planOf({ ...story, input: { links } }).findings)).toEqual(['guest.identity', 'guest.identity', 'guest.identity']);
  });
});

describe('the opt-in of the branch', () => {
  it('false: nothing happens, and that is said', () => {
    const plan = planOf({ ...story, branchFields: { apply_to_proxmox: false } });
    expect([plan.content.actions, plan.content.deletions, plan.findings.map((finding) => `${finding.severity} ${finding.rule}`)]).toEqual([[], [], ['info branch.not-opted-in']]);
  });

  it.each([[{}], [{ apply_to_proxmox: null }], [{ apply_to_proxmox: 'true' }], [{ apply_to_proxmox: 1 }]])('P30 %j is neither yes nor no: refused', (branchFields) => {
    expect(refusalsOf(planOf({ ...story, branchFields }).findings)).toContain('branch.opt-in');
  });

  it('deletions want their own', () => {
    expect(refusalsOf(planOf({ ...story, branchFields: { apply_to_proxmox: true } }).findings)).toEqual(['branch.opt-in']);
    expect(refusalsOf(planOf({ ...story, diffs: [vmUpdate(6, 'b', {}, { description: 'x' })], branchFields: { apply_to_proxmox: true } }).findings)).toEqual([]);
  });
});

describe('P12 the digest of a branch\'s content', () => {
  const one = vmUpdate(5, 'a', {}, { memory: 4096 });
  it('knows what is changed, not when it was read nor what main did since', () => {
    const later: ChangeDiff = { ...one, current: { memory: 9 }, conflicts: ['memory'], lastUpdated: '2027-01-01T00:00:00.000000Z' as ChangeDiff['lastUpdated'], repr: 'renamed' };
    expect(contentDigest([later])).toBe(contentDigest([one]));
  });
  it('differs with every side of every row', () => {
    const digests = [[one], [], [{ ...one, objectId: 6 }], [{ ...one, original: null }], [{ ...one, modified: { ...one.modified, memory: 4097 } }], [{ ...one, action: 'delete' as const }], [{ ...one, objectType: 'dcim.site' }], [one, vmDelete(7, 'c')]].map((rows) => contentDigest(rows));
    expect(new Set(digests).size).toBe(digests.length);
  });
});
