// Carries P1, P6, P13, P30, P40: which guest a branch may take in, what is shown of it, and everything that keeps it out.
import { allocationOf, diff, diskCreate, guestIdOf, inputOf, judged, linkOf, observedOf, planOf, refusalsOf, unseen, uuidOf, vmCreate, vmDelete, vmUpdate, type Scene, type Seeded } from '../../../../test/setup/intent-world';
import { emitDescription, type GuestLink } from '../../../guest';
import { ok, sha256Hex } from '../../../kernel';
import { guestLocked } from '../../rules/guest-locked';
import { poolRights } from '../../rules/pool-rights';
import { draftBranch } from '../draft';
import { bearerOf } from './bearers';

type Data = Readonly<Record<string, unknown>>;
const words = 'kept by the storage team';
const stranger: Seeded = { netboxVmId: 5, vmid: 107, name: 'db-1', raw: { description: words, tags: 'old;files' } };
const fields = (more: Data = {}): Data => ({ custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', ...more } });
const wish = (vmid: unknown = 107, after: Data = {}) => vmUpdate(5, 'db-1', fields(), { ...fields({ proxmox_vm_id: vmid }), ...after });

interface Case { readonly guest?: Partial<Seeded>; readonly others?: readonly Seeded[]; readonly diffs?: Scene['diffs']; readonly links?: readonly GuestLink[]; readonly linked?: GuestLink; readonly more?: Partial<Scene> }
function scene({ guest = {}, others = [], diffs = [wish()], links = [], linked, more = {} }: Case = {}): Scene {
  const guests = [{ ...stranger, ...guest }, ...others];
  return {
    diffs, guests, ...more,
    world: { bearers: ok(guests.map((one) => bearerOf(observedOf(one).config))), ...more.world },
    input: { links: new Map(linked === undefined ? [] : [[5, linked]]), adopting: { ids: new Map([[5, guestIdOf(5)], [6, guestIdOf(6)]]), links }, ...more.input },
  };
}
const findings = (one: Case) => planOf(scene(one)).findings;
const refusedBy = (one: Case): readonly string[] => refusalsOf(findings(one));
const observed = (one: Case): string => findings(one).filter((finding) => finding.severity === 'refusal').map((finding) => finding.observed).join('; ');

describe('P13 a guest that Sluice did not make', () => {
  it('P13 is taken in by one step, bound to who it is and what it was called, and shown with all that', () => {
    const plan = planOf(scene());
    expect(plan.findings).toEqual([{ rule: 'adopt.guest', severity: 'info', object: 'VM db-1', observed: 'it takes in qemu 107, db-1, on pve1, in pool sluice-managed, tagged files, old', next: expect.stringMatching(/marker/) as unknown }]);
    expect(plan.content.actions).toEqual([{
      kind: 'adopt', netboxVmId: 5, cluster: 'alpha', name: 'db-1', node: 'pve1', sockets: 1, needsReboot: false,
      target: { kind: 'qemu', cluster: 'alpha', vmid: 107, uuid: uuidOf(107), ctime: '1700000000', guestId: guestIdOf(5) },
      baseline: { name: 'db-1', humanDigest: sha256Hex(words) },
      steps: [{ kind: 'adopt', before: null, after: guestIdOf(5) }, { kind: 'stamp', before: null, after: 107 }],
    }]);
  });

  it('P1 is planned to the same digest again, and to another one when anything of it differs', () => {
    const digests = [{}, {}, { guest: { name: 'db-2' } }, { guest: { node: 'pve2' } }, { guest: { raw: { description: 'other words' } } }, { guest: { raw: { description: words, meta: 'ctime=1' } } }].map((one) => planOf(scene(one)).digest);
    expect(digests[0]).toBe(digests[1]);
    expect(new Set(digests).size).toBe(5);
  });

  it('P40 keeps none of its words', () => expect(JSON.stringify(planOf(scene()))).not.toContain(words));

  it('is a container by its MAC addresses', () => {
    expect(planOf(scene({ guest: { kind: 'lxc', raw: { description: null } }, diffs: [wish(107, fields({ proxmox_kind: 'lxc', proxmox_vm_id: 107 }))] })).content.actions).toMatchObject([{ target: { kind: 'lxc', macs: ['BC:24:11:00:00:6B'], guestId: guestIdOf(5) } }]);
  });

  it('may run, and stands outside of our range', () => expect(refusedBy({ guest: { running: true } })).toEqual([]));

  it('may be said together with its kind, and with what Proxmox knows nothing of', () => {
    const kindless = vmUpdate(5, 'db-1', { custom_fields: { proxmox_node: 'pve1' } }, { comments: 'ours now', tenant: 3, custom_fields: { proxmox_node: 'pve1', proxmox_kind: 'qemu', proxmox_vm_id: '107' } });
    expect(refusedBy({ diffs: [kindless] })).toEqual([]);
    expect(planOf(scene({ diffs: [kindless] })).content.actions).toHaveLength(1);
  });

  it('has another name in NetBox: told, not refused', () => {
    expect(findings({ guest: { name: 'legacy' } }).map((finding) => `${finding.severity} ${finding.rule}: ${finding.observed}`)).toEqual(['warning adopt.name: Proxmox calls qemu 107 legacy', expect.stringMatching(/^info adopt.guest: it takes in qemu 107, legacy,/)]);
  });

  it('bears the very marker that it is to get, from a job that came to no end: it is written again', () => {
    const description = emitDescription({ human: words, guestId: guestIdOf(5), metadata: null });
    expect(planOf(scene({ guest: { raw: { description } } })).content.actions).toMatchObject([{ kind: 'adopt', baseline: { humanDigest: sha256Hex(words) } }]);
  });

  it('takes the place of a guest that was given a VMID and never made', () => {
    const given: GuestLink = { ...linkOf({ ...stranger, vmid: 500_005 }), state: 'allocated' };
    expect(planOf(scene({ linked: given, links: [given] })).content.actions).toMatchObject([{ kind: 'adopt', target: { guestId: given.guestId } }]);
  });
});

describe('P13, P30 a guest that is not taken in', () => {
  const other: Seeded = { netboxVmId: 6, vmid: 108, name: 'db-2', raw: { description: null } };
  const link = (more: Partial<GuestLink>): GuestLink => ({ ...linkOf({ ...other, vmid: 107 }), ...more });
  const marked = (id: string, more: readonly string[] = []): Partial<Seeded> => ({ raw: { description: [id, ...more].map((one) => `<!-- sluice guest ${one} -->`).join('\n') } });

  const cases: readonly [string, Case, string, RegExp][] = [
    ['it is not there', { diffs: [wish(444)] }, 'adopt.not-there', /no guest of cluster alpha that the reflect token sees has VMID 444/],
    ['it is of the other kind', { diffs: [wish(107, fields({ proxmox_kind: 'lxc', proxmox_vm_id: 107 }))] }, 'adopt.kind', /is "lxc", and VMID 107 is a qemu/],
    ['it is a template', { guest: { raw: { description: words, template: '1' } } }, 'adopt.template', /is a template/],
    ['another VM of NetBox has it', { links: [link({ netboxVmId: 77 })] }, 'adopt.linked', /is linked to NetBox VM 77 already/],
    ['its VMID was given to another VM of NetBox', { links: [link({ netboxVmId: 77, state: 'allocated' })] }, 'adopt.linked', /is given to NetBox VM 77 already/],
    ['it bears the marker of a guest that is gone', { guest: marked(guestIdOf(6)), links: [link({ vmid: linkOf(other).vmid, state: 'gone' })] }, 'adopt.marker', /of qemu 108 of cluster alpha, which is gone/],
    ['it bears the marker of a guest that stands', { guest: marked(guestIdOf(6)), links: [link({ vmid: linkOf(other).vmid })] }, 'adopt.marker', /of qemu 108 of cluster alpha$/],
    ['it bears a marker that nobody knows', { guest: marked(guestIdOf(9)) }, 'adopt.marker', /that this Sluice does not know/],
    ['it bears two markers', { guest: marked(guestIdOf(5), [guestIdOf(6)]) }, 'adopt.marker', /more than one marker/],
    ['it has no uuid', { guest: { raw: { description: words, smbios1: null } } }, 'guest.no-identity', /no smbios1/],
    ['a container without an interface', { guest: { kind: 'lxc', raw: { description: words, net0: null } }, diffs: [wish(107, fields({ proxmox_kind: 'lxc', proxmox_vm_id: 107 }))] }, 'guest.no-identity', /no netN/],
    ['another guest bears its uuid', { others: [{ ...other, raw: { description: null, smbios1: `uuid=${uuidOf(107).toUpperCase()}` } }] }, 'adopt.duplicate', /qemu 108 \(db-2\) bears the same uuid/],
    ['another guest bears the marker that it is to get', { others: [{ ...other, raw: { description: `<!-- sluice guest ${guestIdOf(5)} -->` } }] }, 'adopt.duplicate', /bears the same marker/],
    ['another container has its MAC addresses', { guest: { kind: 'lxc', raw: { description: null } }, others: [{ ...other, kind: 'lxc', raw: { description: null, net0: 'name=eth0,bridge=vmbr0,hwaddr=bc:24:11:00:00:6b' } }], diffs: [wish(107, fields({ proxmox_kind: 'lxc', proxmox_vm_id: 107 }))] }, 'adopt.duplicate', /lxc 108 \(db-2\) bears the same MAC addresses/],
    ['the other guests cannot be read', { more: { world: { bearers: unseen } } }, 'adopt.duplicate', /is not known: cluster alpha: 595 No route to host/],
    ['nobody read the other guests', { more: { world: { bearers: null } } }, 'adopt.duplicate', /is not known/],
    ['it cannot be read', { more: { world: { observed: new Map([[107, unseen]]) } } }, 'observation.incomplete', /595/],
    ['the guests cannot be listed', { more: { world: { guests: unseen } } }, 'observation.incomplete', /595/],
    ['the branch wants more of it', { diffs: [wish(107, { memory: 4096 })] }, 'adopt.alone', /also changes memory: 2048 -> 4096/],
    ['the branch takes its kind away', { diffs: [wish(107, { custom_fields: { proxmox_vm_id: 107, proxmox_node: 'pve1' } })] }, 'adopt.alone', /proxmox_kind: "qemu" -> null/],
    ['the branch adds a disk to it', { diffs: [wish(), diskCreate(7, 5, 'scsi9', 10)] }, 'adopt.alone', /would also create disk scsi9/],
    ['main has another number by now', { diffs: [{ ...wish(), current: { name: 'db-1', custom_fields: { proxmox_vm_id: 106 } } }] }, 'branch.conflict', /main now says 106, the branch 107/],
  ];
  it.each(cases)('because %s', (_words, one, rule, fact) => {
    const found = refusedBy(one);
    expect(found).toContain(rule);
    expect(new Set(found).size).toBe(1);
    expect(observed(one)).toMatch(fact);
    expect(draftBranch(inputOf(scene(one))).actions).toEqual([]);
  });

  it('two guests with one uuid are both refused, and so are two VMs of one branch that want one guest', () => {
    const twins = [{ ...stranger }, { ...other, raw: { description: null, smbios1: `uuid=${uuidOf(107)}` } }];
    const both = [wish(), vmUpdate(6, 'db-2', fields(), fields({ proxmox_vm_id: 108 }))];
    expect(refusedBy({ others: twins.slice(1), diffs: both })).toEqual(['adopt.duplicate', 'adopt.duplicate']);
    expect(refusedBy({ diffs: [wish(), vmUpdate(6, 'db-2', fields(), fields({ proxmox_vm_id: 107 }))] })).toEqual(['adopt.linked', 'adopt.linked']);
  });

  it('is locked, or stands where Sluice may do nothing', () => {
    expect(judged(guestLocked, scene({ guest: { raw: { description: words, lock: 'backup' } } }))).toEqual(['VM db-1: lock: backup']);
    expect(judged(poolRights, scene({ guest: { pool: null } }))).toEqual(['VM db-1: the guest is in no pool']);
    expect(judged(poolRights, scene({ guest: { pool: 'theirs' } }))).toEqual(['VM db-1: pool theirs is not managed through Sluice']);
    expect(judged(poolRights, scene(), { poolRights: ok(new Map([['sluice-managed', { create: [], update: ['VM.Config.CPU'], lender: [] }]])) })).toEqual(['VM db-1: on /pool/sluice-managed: update lacks VM.Config.Options']);
  });
});

describe('the VMID field otherwise', () => {
  const live = linkOf(stranger);
  it('says what the link says already: nothing is left to do', () => {
    const known: Partial<Seeded> = { raw: { description: `<!-- sluice guest ${guestIdOf(5)} -->` } };
    expect(planOf(scene({ guest: known, linked: live }))).toMatchObject({ findings: [], content: { actions: [] } });
    expect(refusedBy({ guest: known, linked: live, diffs: [wish(108)] })).toEqual(['change.not-supported']);
    expect(refusedBy({ guest: known, linked: live, diffs: [vmUpdate(5, 'db-1', fields({ proxmox_vm_id: 107 }), fields({ proxmox_vm_id: null }))] })).toEqual(['change.not-supported']);
  });

  it('that names something already is not taken for a wish', () => {
    expect(refusedBy({ diffs: [vmUpdate(5, 'db-1', fields({ proxmox_vm_id: 3 }), fields({ proxmox_vm_id: 107 }))] })).toEqual(['change.not-supported', 'guest.not-adopted']);
  });

  it('of a new VM does not take a guest in; how that is done is said', () => {
    const made = findings({ diffs: [vmCreate(5, 'db-1', fields({ proxmox_vm_id: 107 }))], more: { input: { links: new Map(), adopting: { ids: new Map(), links: [] }, allocations: new Map() } } });
    expect(made).toMatchObject([{ rule: 'vmid.free-and-in-range', observed: 'VMID 107 is wanted, and it belongs to qemu db-1 on pve1', next: expect.stringMatching(/To take that guest in/) as unknown }]);
    expect(allocationOf(5).vmid).not.toBe(107);
  });

  it('is what a change or deletion of a guest that is not taken in points to', () => {
    for (const one of [vmUpdate(5, 'db-1', {}, { memory: 1 }), vmDelete(5, 'db-1'), diff('virtualization.virtualdisk', 9, { name: 'scsi0', size: 1, virtual_machine: 5 }, { name: 'scsi0', size: 2, virtual_machine: 5 })]) {
      const vms = new Map([[5, { id: 5, name: 'db-1', cluster: { id: 1 } }]]);
      expect(findings({ diffs: [one], more: { lookups: { vms } } })).toMatchObject([{ rule: 'guest.not-adopted', next: expect.stringMatching(/a branch that sets proxmox_vm_id/) as unknown }]);
    }
  });
});
