import { inputOf, vmUpdate, type Scene, type Seeded } from '../../../../test/setup/intent-world';
import { draftBranch } from '../draft';
import type { Draft } from '../draft-parts';

type Data = Readonly<Record<string, unknown>>;
const guest: Seeded = { netboxVmId: 5, vmid: 107, name: 'db-1', node: 'pve1' };
const named = (node: string | number | null): Data => ({ custom_fields: { proxmox_kind: 'qemu', proxmox_node: node } });
const drafted = (before: Data, after: Data, seeded: Partial<Seeded> = {}, more: Partial<Scene> = {}): Draft => draftBranch(inputOf({ diffs: [vmUpdate(5, 'db-1', before, after)], guests: [{ ...guest, ...seeded }], ...more }));
const stepsOf = (draft: Draft): readonly unknown[] => draft.actions.flatMap((action) => action.steps.slice(0, -1));
const rulesOf = (draft: Draft): readonly string[] => draft.findings.map((finding) => `${finding.severity} ${finding.rule}`);

describe('another node', () => {
  const move = { kind: 'migrate', before: 'pve1', after: 'pve2' };
  it.each<[string, Data, Data]>([
    ['the device', {}, { device: 2 }], ['the field that names the node', {}, named('pve2')], ['the field as a device', {}, named(2)], ['both', {}, { device: 2, ...named('pve2') }],
    ['a device where there was none', { device: null }, { device: 2 }], ['a field that is stale since it was moved by its device', { ...named('pve9') }, { device: 2, ...named('pve2') }], ['a device that is stale since it was moved by its field', { device: 2, ...named('pve1') }, named('pve2')],
  ])('is asked for by %s', (_words, before, after) => {
    const draft = drafted(before, after);
    expect([stepsOf(draft), rulesOf(draft)]).toEqual([[{ ...move, mode: 'offline' }], []]);
    expect(draft.actions).toMatchObject([{ node: 'pve1', baseline: { node: 'pve1', hasProcess: false } }]);
  });
  it('goes live while the VM runs, and with a restart where it is a container, which is said', () => {
    expect(stepsOf(drafted({}, { device: 2 }, { running: true }))).toEqual([{ ...move, mode: 'online' }]);
    const container = drafted({}, { device: 2 }, { running: true, kind: 'lxc' });
    expect([stepsOf(container), rulesOf(container)]).toEqual([[{ ...move, mode: 'restart' }], ['warning migrate.restarts']]);
    expect(stepsOf(drafted({}, { device: 2 }, { kind: 'lxc' }))).toEqual([{ ...move, mode: 'offline' }]);
  });
  it('comes after everything that is done where it stands, and before the start', () => {
    expect(stepsOf(drafted({}, { device: 2, status: 'offline', memory: 4096 }, { running: true }))).toMatchObject([{ kind: 'shutdown' }, { kind: 'memory' }, { ...move, mode: 'offline' }]);
    expect(stepsOf(drafted({ status: 'offline' }, { device: 2, status: 'active', memory: 4096 }))).toMatchObject([{ kind: 'memory' }, { ...move, mode: 'offline' }, { kind: 'start' }]);
  });
  it('is nothing where it stands there already, and where the name is only taken away', () => {
    expect(drafted({}, { device: 2 }, { node: 'pve2' })).toMatchObject({ actions: [], findings: [] });
    const cleared = drafted({}, { device: null });
    expect([cleared.actions, rulesOf(cleared)]).toEqual([[], ['info change.no-counterpart']]);
  });
  it('P12 is refused where it was moved by somebody else, and where main moved under the branch', () => {
    const drifted = drafted({}, { device: 2 }, { node: 'pve3' });
    expect([rulesOf(drifted), drifted.drift]).toEqual([['refusal change.drifted'], [{ object: 'VM db-1', property: 'node', netbox: 'pve1', proxmox: 'pve3' }]]);
    const row = vmUpdate(5, 'db-1', {}, { device: 2 });
    expect(rulesOf(draftBranch(inputOf({ guests: [guest], diffs: [{ ...row, current: { ...row.original, device: 3 } }] })))).toEqual(['refusal branch.conflict']);
  });
  it.each<[string, Data]>([['a device that is not in NetBox', { device: 99 }], ['two nodes', { device: 2, ...named('pve3') }], ['a field that names a device that is not there', named(99)]])('is refused for %s', (_words, after) => {
    const draft = drafted({}, after);
    expect([draft.actions, rulesOf(draft)]).toEqual([[], ['refusal migrate.node']]);
  });
});

it('another cluster is refused with both names and with what to do instead', () => {
  const draft = drafted({}, { cluster: 9 });
  expect(draft.findings).toMatchObject([{ rule: 'change.not-supported', severity: 'refusal', observed: 'cluster: Alpha -> Elsewhere', next: expect.stringContaining('create a VM in the other cluster') }]);
  expect(draft.actions).toEqual([]);
});
