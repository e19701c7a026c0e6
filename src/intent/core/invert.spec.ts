// Carries P12, F3: what a revert means, read off the rows of the branch that it takes back.
import fc from 'fast-check';
import { diff, diskCreate, guestIdOf, inputOf, linkOf, nicCreate, planOf, refusalsOf, unseen, vmCreate, vmDelete, vmUpdate, worldWith, type Scene, type Seeded } from '../../../test/setup/intent-world';
import type { ChangeDiff } from '../../netbox/ports';
import { contentDigest } from './branch-content';
import { draftBranch } from './draft';
import { invert } from './invert';
import { isPermitted, type Finding } from './plan';

const web: Seeded = { netboxVmId: 8, vmid: 108, name: 'web', cores: 2, memoryMib: 2048 };
const app: Seeded = { netboxVmId: 5, vmid: 105, name: 'app', cores: 4, memoryMib: 4096 };
const old: Seeded = { netboxVmId: 7, vmid: 107, name: 'old' };
/** A merged branch that made web, changed app and removed old, as a plan of its revert sees it. */
const merged: readonly ChangeDiff[] = [vmCreate(8, 'web'), diskCreate(80, 8, 'scsi0', 20_480), nicCreate(81, 8, 'net0'), vmUpdate(5, 'app', { memory: 2048, vcpus: '2.00' }, { memory: 4096, vcpus: '4.00' }), vmDelete(7, 'old'), diff('virtualization.vminterface', 70, { name: 'net0', virtual_machine: 7 }, null)];
const reverted = (scene: Partial<Scene> = {}, destroyed: ReadonlyMap<string, { requestId: string; at: string }> = new Map()): Scene =>
  ({ guests: [web, app, old], diffs: invert(merged), ...scene, input: { revert: { destroyed }, allocations: new Map(), ...scene.input } });
const only = (findings: readonly Finding[], rule: string): readonly string[] => findings.filter((finding) => finding.rule === rule).map((finding) => `${finding.severity} ${finding.object}: ${finding.observed}`);

describe('the rows with their sides exchanged', () => {
  it.each([
    ['create', vmCreate(8, 'web'), 'delete'], ['update', vmUpdate(5, 'app', {}, { memory: 1 }), 'update'], ['delete', vmDelete(7, 'old'), 'create'],
  ] as const)('of a %s are those of what takes it back', (_action, row, action) => {
    expect(invert([row])).toEqual([{ ...row, action, original: row.modified, modified: row.original, current: row.modified, conflicts: [] }]);
  });

  it('say nothing where the branch made and removed it, and forget the conflicts that the merge had', () => {
    const nothing = { ...vmCreate(9, 'ghost'), modified: null };
    expect(invert([nothing])).toEqual([nothing]);
    expect(invert([{ ...vmUpdate(5, 'app', {}, { memory: 1 }), conflicts: ['memory'] }])[0]?.conflicts).toEqual([]);
  });

  it('P12 turned twice they are the same content, and turned once another one', () => {
    fc.assert(fc.property(fc.subarray([...merged], { minLength: 1 }), (rows) => {
      expect(contentDigest(invert(invert(rows)))).toBe(contentDigest(rows));
      expect(contentDigest(invert(rows))).not.toBe(contentDigest(rows));
    }));
  });
});

describe('the plan of a revert', () => {
  it('P5 asks for the guest that was made, sets back what was changed, and leaves alone what was only asked to go', () => {
    const { content, findings } = planOf(reverted());
    expect(findings).toEqual([]);
    expect(content.deletions).toMatchObject([{ netboxVmId: 8, name: 'web', target: { guestId: guestIdOf(8), vmid: 108 } }]);
    expect(content.actions).toMatchObject([{ kind: 'update', netboxVmId: 5, steps: [{ kind: 'cores', before: 4, after: 2 }, { kind: 'memory', before: 4096, after: 2048 }, { kind: 'stamp' }] }]);
  });

  it('asks for nothing where the merge did nothing: no guest was made, and the other still has its old size', () => {
    const links = new Map([[5, linkOf(app)], [7, linkOf(old)], [8, { ...linkOf(web), state: 'allocated' as const }]]);
    const plan = planOf(reverted({ guests: [{ ...app, cores: 2, memoryMib: 2048 }, old], input: { links } }));
    expect([plan.content.actions, plan.content.deletions, isPermitted(plan.findings)]).toEqual([[], [], true]);
    expect(only(plan.findings, 'revert.never-made')).toEqual(['info VM web: qemu 108 was never made']);
  });

  it('refuses while the new guest stands half made, or where that cannot be seen', () => {
    const links = new Map([[8, { ...linkOf(web), state: 'allocated' as const }]]);
    const draft = (world: NonNullable<Scene['world']>) => draftBranch(inputOf(reverted({ diffs: invert([vmCreate(8, 'web')]), guests: [web], world, input: { links } }))).findings;
    expect(only(draft({}), 'revert.half-made')).toEqual(['refusal VM web: qemu 108 stands and was not handed over by its job']);
    expect(only(draft({ guests: unseen }), 'observation.incomplete')).toHaveLength(1);
  });

  it('says of a destroyed guest when, by which request, and that nothing brings it back', () => {
    const links = new Map([[7, { ...linkOf(old), state: 'gone' as const }]]);
    const gone = reverted({ diffs: invert([vmDelete(7, 'old')]), guests: [], input: { links } }, new Map([[guestIdOf(7), { requestId: 'r-1', at: '2026-11-20T20:00:00Z' }]]));
    const { content, findings } = planOf(gone);
    expect(findings).toEqual([{ rule: 'revert.destroyed', severity: 'info', object: 'VM old', observed: 'qemu 107 is gone: destroyed on 2026-11-20T20:00:00Z by deletion request r-1', next: expect.stringContaining('restore it from a backup') as string }]);
    expect([content.actions, content.deletions]).toEqual([[], []]);
  });

  it('P9 is refused where somebody else changed the guest since: the drift is shown', () => {
    const plan = planOf(reverted({ guests: [web, { ...app, memoryMib: 8192 }, old] }));
    expect(refusalsOf(plan.findings)).toEqual(['change.drifted']);
    expect(plan.drift).toEqual([{ object: 'VM app', property: 'memory', netbox: '4096', proxmox: '8192' }]);
  });

  it('P7 is refused while a deletion request for the new guest lives already', () => {
    expect(refusalsOf(planOf(reverted({ input: { beingDeleted: new Set([guestIdOf(8)]) } })).findings)).toEqual(['deletion.requested']);
  });

  it('A1 deletes only where the branch confirms deletions', () => {
    expect(refusalsOf(planOf(reverted({ branchFields: { apply_to_proxmox: true, apply_destroy_confirmed: false } })).findings)).toEqual(['branch.opt-in']);
  });

  it('does not make an empty disk in place of one that the branch took out', () => {
    const disk = (size: number) => ({ name: 'scsi1', size, virtual_machine: 5, custom_fields: {} });
    const rows = [diff('virtualization.virtualdisk', 50, disk(1024), null)];
    const vms = new Map([[5, { id: 5, name: 'app', cluster: { id: 1, name: 'Alpha' } }]]);
    expect(refusalsOf(planOf(reverted({ diffs: invert(rows), guests: [app], lookups: { vms } })).findings)).toContain('revert.disk-data');
  });

  it('P7 the branch is not merged again while the deletion request of its revert lives', () => {
    const again: Scene = { guests: [web], diffs: [vmCreate(8, 'web'), diskCreate(80, 8, 'scsi0', 20_480), nicCreate(81, 8, 'net0')] };
    expect(planOf(again).content.refusals).toEqual([]);
    expect(refusalsOf(planOf({ ...again, input: { beingDeleted: new Set([guestIdOf(8)]) } }).findings)).toEqual(['deletion.requested']);
  });

  it('keeps what it would take to see it: nothing is permitted of a world with holes', () => {
    expect(isPermitted(planOf(reverted({ world: { guests: unseen } })).findings)).toBe(false);
    expect(isPermitted(planOf(reverted({ world: { status: unseen } })).findings)).toBe(false);
    expect(worldWith([]).guests.ok).toBe(true);
  });
});
