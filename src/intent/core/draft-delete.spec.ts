import { diff, guestIdOf, inputOf, linkOf, planOf, refusalsOf, uuidOf, vmDelete, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { no } from '../../kernel';
import { draftBranch } from './draft';

const guest: Seeded = { netboxVmId: 5, vmid: 107, name: 'old-1', node: 'pve2' };
const nic = diff('virtualization.vminterface', 7, { name: 'net0', virtual_machine: 5 }, null);
const disk = diff('virtualization.virtualdisk', 8, { name: 'scsi0', virtual_machine: 5, size: 1 }, null);
const scene: Scene = { diffs: [vmDelete(5, 'old-1'), nic, disk], guests: [guest] };
const refusedBy = (one: Scene): readonly string[] => refusalsOf(draftBranch(inputOf(one)).findings);

describe('a guest that the branch deletes', () => {
  it('P5 is one planned deletion with identity and all its rows, and never an action', () => {
    const { content, findings } = planOf(scene);
    expect(findings).toEqual([]);
    expect(content.actions).toEqual([]);
    expect(content.deletions).toEqual([{
      netboxVmId: 5, cluster: 'alpha', name: 'old-1', node: 'pve2', changeIds: [...scene.diffs.map((row) => row.id)].sort((a, b) => a - b),
      target: { kind: 'qemu', cluster: 'alpha', vmid: 107, uuid: uuidOf(107), ctime: '1700000000', guestId: guestIdOf(5) },
    }]);
  });

  it('P13 names a container by marker and MACs', () => {
    const container: Seeded = { ...guest, kind: 'lxc' };
    expect(planOf({ ...scene, guests: [container] }).content.deletions[0]?.target).toEqual({ kind: 'lxc', cluster: 'alpha', vmid: 107, guestId: guestIdOf(5), macs: linkOf(container).macs });
  });

  it('asks for nothing when the guest is gone already', () => {
    expect(draftBranch(inputOf({ ...scene, input: { links: new Map([[5, { ...linkOf(guest), state: 'gone' as const }]]) } }))).toEqual({ actions: [], deletions: [], findings: [], drift: [] });
  });

  it.each([['ready', 'refusal'], ['merged', 'info']] as const)('P7 asks for nothing twice while a request for the guest lives: of a branch that is %s it is a %s', (status, severity) => {
    const asked = inputOf({ ...scene, input: { beingDeleted: new Set([guestIdOf(5)]) } });
    const draft = draftBranch({ ...asked, content: { ...asked.content, branch: { ...asked.content.branch, status } } });
    expect([draft.deletions, draft.findings.map((finding) => `${finding.severity} ${finding.rule}`)]).toEqual([[], [`${severity} deletion.requested`]]);
  });

  it('P13 refuses a guest without a link, or with one that was never made', () => {
    expect(refusedBy({ ...scene, input: { links: new Map() } })).toEqual(['guest.not-adopted']);
    expect(refusedBy({ ...scene, input: { links: new Map([[5, { ...linkOf(guest), state: 'allocated' as const }]]) } })).toEqual(['guest.not-adopted']);
  });

  it.each([
    ['another uuid', { smbios1: `uuid=${uuidOf('other')}` }], ['no uuid', { smbios1: null }], ['no marker', { description: null }], ['another creation time', { meta: 'ctime=1' }],
    ['two markers', { description: `<!-- sluice guest ${guestIdOf(5)} -->\n<!-- sluice guest ${guestIdOf(6)} -->` }],
  ])('P13 refuses when VMID 107 now belongs to a guest with %s', (_name, raw) => expect(refusedBy({ ...scene, guests: [{ ...guest, raw }] })).toEqual(['guest.identity']));

  it('P5 refuses when the guest cannot be read, or is in no list', () => {
    expect(refusedBy({ ...scene, world: { observed: new Map([[107, no({ kind: 'not-observed', where: 'pve2', text: '595' })]]) } })).toEqual(['observation.incomplete']);
    expect(refusedBy({ ...scene, world: { observed: new Map() } })).toEqual(['observation.incomplete']);
  });

  it('refuses when main changed the VM since the branch deleted it', () => {
    expect(refusedBy({ ...scene, diffs: [vmDelete(5, 'old-1', { conflicts: ['memory'] })] })).toEqual(['branch.conflict']);
  });
});
