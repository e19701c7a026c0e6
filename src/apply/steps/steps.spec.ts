// Carries P6, P11: what is compared with what, before and after a write.
import fc from 'fast-check';
import { emitDescription, readGuestConfig, type GuestConfig, type GuestSpec } from '../../guest';
import { baselineMoved } from '../../effects';
import type { Step } from '../../intent';
import type { GuestId, Vmid } from '../../kernel';
import { differences } from './create';
import { expectedNow } from './step';

const guestId = '10000000-0000-4000-8000-000000005001' as GuestId;
const spec: GuestSpec = {
  kind: 'qemu', vmid: 5001 as Vmid, guestId, uuid: '20000000-0000-4000-8000-000000005001', node: 'pve1', pool: 'sluice-managed', name: 'web-01', origin: { kind: 'blank' }, sockets: 1, cloudInit: null, cores: 2, memoryMib: 2048, human: 'a web front', tags: [], onBoot: false, start: false,
  disks: [{ slot: 'scsi0', storage: 'vmdata', sizeMib: 8192 }], nics: [{ slot: 'net0', mac: 'BC:24:11:00:00:01', bridge: 'vmbr0', tag: 30, mtu: null, isUp: true, addresses: { ip: null, gateway: null, ip6: null, gateway6: null } }],
} as GuestSpec;
const made: Readonly<Record<string, string>> = {
  name: 'web-01', cores: '2', sockets: '1', memory: '2048', description: emitDescription({ human: 'a web front', guestId, metadata: null }), smbios1: 'uuid=20000000-0000-4000-8000-000000005001', meta: 'creation-qemu=9.0.2,ctime=1700000000',
  scsi0: 'vmdata:vm-5001-disk-0,size=8G', net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=30', digest: 'a'.repeat(40),
};
const config = (raw: Readonly<Record<string, string | null>> = {}): GuestConfig => {
  const read = readGuestConfig('qemu', 5001, Object.fromEntries(Object.entries({ ...made, ...raw }).filter(([, value]) => value !== null)));
  if (!read.ok) throw new Error(read.error.text);
  return read.value;
};

describe('P11 a created guest is compared part by part', () => {
  it('finds nothing where the guest is as planned', () => {
    expect(differences(spec, config())).toEqual([]);
  });

  it.each<[string, string, Readonly<Record<string, string | null>>]>([
    ['name', 'another name', { name: 'web-02' }], ['name', 'no name', { name: null }],
    ['cores', 'more cores', { cores: '4' }], ['cores', 'as many cores over two sockets', { sockets: '2' }],
    ['memory', 'less memory', { memory: '1024' }], ['description', 'another text of people', { description: emitDescription({ human: 'other', guestId, metadata: null }) }],
    ['marker', 'another marker', { description: emitDescription({ human: 'a web front', guestId: '10000000-0000-4000-8000-000000009999' as GuestId, metadata: null }) }], ['marker', 'no marker', { description: 'a web front' }],
    ['disks', 'a smaller disk', { scsi0: 'vmdata:vm-5001-disk-0,size=4G' }], ['disks', 'a disk on another storage', { scsi0: 'local:vm-5001-disk-0,size=8G' }], ['disks', 'no disk', { scsi0: null }], ['disks', 'a disk too many', { scsi1: 'vmdata:vm-5001-disk-1,size=8G' }],
    ['interfaces', 'another MAC', { net0: 'virtio=BC:24:11:00:00:02,bridge=vmbr0,tag=30' }], ['interfaces', 'another bridge', { net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr1,tag=30' }], ['interfaces', 'no VLAN', { net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0' }], ['interfaces', 'no interface', { net0: null }],
  ])('%s: %s', (part, _words, raw) => {
    expect(differences(spec, config(raw)).map(([what]) => what)).toEqual([part]);
  });
});

describe('P6 the baseline as it has to be now', () => {
  const baseline = { cores: 2, sockets: 2, memoryMib: 2048, human: 'old', hasProcess: false };
  const steps: readonly Step[] = [{ kind: 'cores', before: 4, after: 8 }, { kind: 'memory', before: 2048, after: 4096 }, { kind: 'description', before: 'old', after: 'new' }, { kind: 'stamp', before: null, after: 5001 }];

  it.each([[0, baseline], [1, { ...baseline, cores: 4 }], [2, { ...baseline, cores: 4, memoryMib: 4096 }], [3, { ...baseline, cores: 4, memoryMib: 4096, human: 'new' }], [4, { ...baseline, cores: 4, memoryMib: 4096, human: 'new' }]])('after %i steps it is what was planned from and what they wrote', (count, expected) => {
    expect(expectedNow(baseline, 2, steps.slice(0, count))).toEqual(expected);
  });

  it('is moved by every value that differs, is absent on one side, or of another type; an empty one is never a match', () => {
    expect(baselineMoved('web-01', { cores: 2 }, { cores: 2, memoryMib: 1 })).toBeNull();
    expect(baselineMoved('web-01', {}, { cores: 2 })).toMatchObject({ code: 'baseline.missing' });
    expect(baselineMoved('web-01', { cores: 2 }, {})).toMatchObject({ code: 'baseline.moved', observed: 'cores: planned from 2, now null' });
    expect(baselineMoved('web-01', { cores: undefined }, { cores: undefined })).toMatchObject({ code: 'baseline.moved' });
    expect(baselineMoved('web-01', { cores: '2' }, { cores: 2 })).toMatchObject({ code: 'baseline.moved' });
    const value = fc.oneof(fc.integer(), fc.string(), fc.boolean());
    fc.assert(fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { minKeys: 1 }), fc.dictionary(fc.constantFrom('a', 'b', 'c'), value), (planned, seen) => {
      const same = Object.entries(planned).every(([key, one]) => Object.hasOwn(seen, key) && Object.is(seen[key], one));
      expect(baselineMoved('x', planned, seen) === null).toBe(same);
    }));
  });
});
