import { markerLine, readGuestConfig, type GuestConfig, type GuestIdentity, type GuestKind } from '../../guest';
import { no, notObserved, ok, type GuestId, type Observed, type Vmid } from '../../kernel';
import { gatesRefusal, isOpen, judgeGates, refusedFirst, type Gate, type GateName, type Observations } from './gates';
import { basesOf, volumesOf } from './volumes';

const uuid = '00000000-0000-4000-8000-000000000107';
const guestId = '11111111-1111-4111-8111-111111111107' as GuestId;
const target: GuestIdentity = { kind: 'qemu', cluster: 'leipzig', vmid: 107 as Vmid, uuid, ctime: '1700000000', guestId };

const config = (more: Readonly<Record<string, string>> = {}, vmid = 107, kind: GuestKind = 'qemu'): GuestConfig => {
  const base = vmid === 107 ? { smbios1: `uuid=${uuid}`, meta: 'ctime=1700000000', description: markerLine(guestId), scsi0: 'disks:vm-107-disk-0,size=8G' } : { smbios1: `uuid=00000000-0000-4000-8000-000000000${vmid}`, scsi0: `disks:vm-${vmid}-disk-0,size=8G` };
  const read = readGuestConfig(kind, vmid, { digest: 'a'.repeat(40), ...base, ...more });
  if (!read.ok) throw new Error(read.error.text);
  return read.value;
};
const row = { vmid: 107 as Vmid, kind: 'qemu' as const, node: 'pve1', name: 'billing', status: 'stopped', isTemplate: false, pool: 'cust1', tags: [], lock: null };
const house = { isAllowed: true, allowWrites: true, protectedGuests: ['leipzig/1070', 'dresden/107'] };
const open: Observations = {
  target, status: ok({ name: 'leipzig', quorate: true, nodes: [{ name: 'pve1', online: true }] }), guests: ok([row]), config: ok(config()), pending: ok([{ key: 'memory', value: '512', pending: null, delete: false }]),
  power: ok({ hasProcess: false, status: 'stopped', uptimeSeconds: 0, haManaged: false, lock: null }), others: ok([config({}, 108)]), ha: ok([]), replicated: ok([]), backups: ok([]), deletablePools: ['cust1'], house, rights: ok(undefined),
};
const power = (more: object): Observations['power'] => ok({ hasProcess: false, status: 'stopped', uptimeSeconds: 0, haManaged: false, lock: null, ...more });
const gateOf = (name: GateName, seen: Partial<Observations>, phase: 'ask' | 'destroy' = 'ask', powerOff: 'refuse' | 'shutdown' = 'refuse'): Gate => {
  const gate = judgeGates({ ...open, ...seen }, phase, powerOff).find((one) => one.name === name);
  if (gate === undefined) throw new Error(`no gate ${name}`);
  return gate;
};
const hidden = <T>(): Observed<T> => notObserved('somewhere', 'a 500');

describe('the gates before a destroy', () => {
  it('are all open for a guest that nothing speaks for', () => {
    expect(judgeGates(open, 'destroy', 'refuse').filter((gate) => gate.verdict !== 'ok')).toEqual([]);
    expect(isOpen(judgeGates(open, 'destroy', 'refuse'))).toBe(true);
    expect(isOpen([])).toBe(false);
  });

  it.each<[string, GateName, Partial<Observations>]>([
    ['A1 a policy that sends nothing', 'consent', { house: { ...house, isAllowed: false } }],
    ['A1 a cluster that is read only', 'consent', { house: { ...house, allowWrites: false } }],
    ['F7 a guest that the policy protects by its VMID', 'protected', { house: { ...house, protectedGuests: ['leipzig/107'] } }],
    ['F7 a guest that the policy protects by its id', 'protected', { house: { ...house, protectedGuests: [guestId] } }],
    ['F7 a guest with the protecting tag', 'protected', { config: ok(config({ tags: 'web;sluice-protected' })) }],
    ['P21 protection', 'protection', { config: ok(config({ protection: '1' })) }],
    ['P21 an HA resource', 'ha', { ha: ok([107 as Vmid]) }],
    ['P21 an HA resource that only its own status tells', 'ha', { power: power({ haManaged: true }) }],
    ['P21 a replication job', 'replication', { replicated: ok([107 as Vmid]) }],
    ['P21 a lock', 'lock', { config: ok(config({ lock: 'backup' })) }],
    ['P21 a lock that only the status tells', 'lock', { power: power({ lock: 'snapshot' }) }],
    ['P20 a running guest', 'power', { power: power({ hasProcess: true, status: 'running' }) }],
    ['P20 a paused guest', 'power', { power: power({ hasProcess: true, status: 'paused' }) }],
    ['P20 a guest suspended to disk', 'power', { config: ok(config({ lock: 'suspended' })) }],
    ['P13 another uuid', 'identity', { config: ok(config({ smbios1: 'uuid=99999999-0000-4000-8000-000000000107' })) }],
    ['P13 no marker', 'identity', { config: ok(config({ description: 'plain' })) }],
    ['P13 a twin with the same uuid', 'duplicate', { others: ok([config({ smbios1: `uuid=${uuid}` }, 108)]) }],
    ['P13 a twin with the same marker', 'duplicate', { others: ok([config({ description: markerLine(guestId) }, 108)]) }],
    ['P21 a disk of another guest', 'disks', { config: ok(config({ scsi1: 'disks:vm-108-disk-0,size=8G' })) }],
    ['P21 a disk that another guest uses too', 'disks', { others: ok([config({ scsi1: 'disks:vm-107-disk-0,size=8G' }, 108)]) }],
    ['P21 a disk of this guest that only another guest names', 'disks', { others: ok([config({ unused0: 'disks:vm-107-disk-9' }, 108)]) }],
    ['P21 a device passed through', 'disks', { config: ok(config({ scsi1: '/dev/disk/by-id/x' })) }],
    ['P21 an EFI disk of another guest', 'disks', { config: ok(config({ efidisk0: 'disks:vm-108-disk-1,size=4M' })) }],
    ['P15 a pool that is not deletable', 'pool', { guests: ok([{ ...row, pool: 'cust2' }]) }],
    ['P15 no pool', 'pool', { guests: ok([{ ...row, pool: null }]) }],
    ['P15 broader rights', 'rights', { rights: no({ code: 'x', summary: 'x', observed: 'broader', next: 'x' }) }],
    ['P41 no quorum', 'cluster', { status: ok({ name: 'leipzig', quorate: false, nodes: [] }) }],
    ['P41 a node that is offline', 'cluster', { status: ok({ name: 'leipzig', quorate: true, nodes: [{ name: 'pve1', online: false }] }) }],
    ['P6 pending values', 'pending', { pending: ok([{ key: 'memory', value: '512', pending: '1024', delete: false }]) }],
    ['P6 a pending removal', 'pending', { pending: ok([{ key: 'net1', value: 'x', pending: null, delete: true }]) }],
    ['P13 a guest of another kind', 'guest', { guests: ok([{ ...row, kind: 'lxc' }]) }],
    ['P13 a guest that is not in the list', 'guest', { guests: ok([]) }],
  ])('refuse %s', (_what, name, seen) => {
    expect(gateOf(name, seen).verdict).toBe('refused');
    expect(gateOf(name, {}).verdict).toBe('ok');
  });

  it.each<[GateName, Partial<Observations>]>([
    ['cluster', { status: hidden() }], ['cluster', { guests: hidden() }], ['identity', { config: hidden() }], ['duplicate', { others: hidden() }], ['power', { power: hidden() }], ['protection', { config: hidden() }], ['ha', { ha: hidden() }],
    ['ha', { power: hidden() }], ['replication', { replicated: hidden() }], ['lock', { config: hidden() }], ['lock', { power: hidden() }], ['template', { config: hidden() }], ['disks', { others: hidden() }], ['pool', { guests: hidden() }], ['pending', { pending: hidden() }],
    ['protected', { config: hidden() }],
  ])('P21 P30 the gate %s is shut when it cannot be looked at', (name, seen) => {
    expect(gateOf(name, seen).verdict).toBe('unknown');
    expect(isOpen(judgeGates({ ...open, ...seen }, 'destroy', 'refuse'))).toBe(false);
  });

  it('P20 let a running guest pass only where the terms shut it down, and never at the destroy', () => {
    const running = { power: power({ hasProcess: true, status: 'running' }) };
    expect([gateOf('power', running, 'ask', 'shutdown').verdict, gateOf('power', running, 'destroy', 'shutdown').verdict]).toEqual(['ok', 'refused']);
  });

  it('P21 see linked clones where the storage tells, and call a template unknown where it does not', () => {
    const onFiles = ok(config({ template: '1', scsi0: 'local:107/base-107-disk-0.qcow2,size=8G' }));
    const clone = config({ scsi0: 'local:107/base-107-disk-0.qcow2/108/vm-108-disk-0.qcow2,size=8G' }, 108);
    expect(gateOf('template', { config: onFiles }).verdict).toBe('ok');
    expect(gateOf('template', { config: onFiles, others: ok([clone]) })).toMatchObject({ verdict: 'refused', observed: 'linked clones: 108' });
    expect(gateOf('template', { config: ok(config({ template: '1', scsi0: 'thin:base-107-disk-0,size=8G' })) }).verdict).toBe('unknown');
    expect(gateOf('template', { config: onFiles, others: hidden() }).verdict).toBe('unknown');
  });

  it('tell the last backup and let nobody be stopped by it', () => {
    expect(gateOf('backup', { backups: ok([{ volid: 'x', storage: 'pbs', ctime: 1700000000, verified: true }]) })).toMatchObject({ verdict: 'ok', observed: 'last backup 2023-11-14T22:13:20.000Z on pbs, verified' });
    expect(gateOf('backup', { backups: hidden() }).verdict).toBe('ok');
  });

  it('stand with the refused first, and say all of them in one refusal', () => {
    const gates = judgeGates({ ...open, config: ok(config({ protection: '1' })), ha: hidden() }, 'ask', 'refuse');
    expect(refusedFirst(gates).slice(0, 2).map((gate) => gate.name)).toEqual(['protection', 'ha']);
    expect(gatesRefusal(gates)).toMatchObject({ code: 'deletion.gate-protection', observed: 'protection: protection is on; ha: somewhere: a 500' });
    expect(gatesRefusal(judgeGates({ ...open, ha: hidden() }, 'ask', 'refuse')).code).toBe('deletion.gate-unknown');
  });
});

describe('volumes of a configuration', () => {
  it('are found wherever they stand, with the VMID that owns them; media and empty drives are none', () => {
    const found = volumesOf(config({ scsi0: 'disks:vm-107-disk-0', sata1: 'file=local:107/vm-107-disk-1.qcow2', unused3: 'disks:vm-107-disk-7', tpmstate0: 'disks:vm-107-disk-4,size=4M', ide2: 'local:iso/debian.iso,media=cdrom', ide0: 'none,media=cdrom', ide1: 'local:107/vm-107-cloudinit.qcow2,media=cdrom', vmstate: 'disks:vm-107-state-x' }));
    expect(found.map((volume) => [volume.slot, volume.owner]).sort()).toEqual([['ide1', 107], ['sata1', 107], ['scsi0', 107], ['tpmstate0', 107], ['unused3', 107], ['vmstate', 107]]);
  });

  it('name their bases', () => {
    expect([basesOf('zfs:base-107-disk-0/vm-108-disk-0'), basesOf('local:107/base-107-disk-0.qcow2/108/vm-108-disk-0.qcow2'), basesOf('zfs:basevol-107-disk-0/subvol-108-disk-0'), basesOf('thin:vm-108-disk-0')]).toEqual([[107], [107], [107], []]);
  });
});
