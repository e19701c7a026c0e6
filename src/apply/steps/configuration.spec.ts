// Carries P10, P11: what each configuration step writes, how it is seen that it stands, and under which key it would wait as pending.
import { emitDescription, readGuestConfig, type GuestConfig, type GuestIdentity } from '../../guest';
import type { GuestId, Vmid } from '../../kernel';
import type { ConfigChange } from '../../proxmox/ports';
import { configurationOf, type ConfigurationStep } from './configuration';

const guestId = '10000000-0000-4000-8000-000000005001' as GuestId;
const target: GuestIdentity = { kind: 'qemu', cluster: 'leipzig', vmid: 5001 as Vmid, uuid: '20000000-0000-4000-8000-000000005001', ctime: '1700000000', guestId };
const metadata = '<!-- sluice metadata -->\nx\n<!-- /sluice metadata -->';
const text = (human: string): string => emitDescription({ human, guestId, metadata });
const before: Readonly<Record<string, string>> = { name: 'web-01', cores: '2', sockets: '2', memory: '2048', description: text('old'), tags: 'by-hand;old', scsi1: 'vmdata:vm-5001-disk-1,size=1G', net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0', digest: 'a'.repeat(40) };
const config = (raw: Readonly<Record<string, string | null>> = {}): GuestConfig => {
  const read = readGuestConfig('qemu', 5001, Object.fromEntries(Object.entries({ ...before, ...raw }).filter(([, value]) => value !== null)));
  if (!read.ok) throw new Error(read.error.text);
  return read.value;
};
const nic = 'bridge=vmbr0,tag=30,virtio=BC:24:11:00:00:01';

it.each<[ConfigurationStep, ConfigChange, string, Readonly<Record<string, string | null>>]>([
  [{ kind: 'name', before: 'web-01', after: 'web-02' }, { kind: 'name', name: 'web-02' }, 'name', { name: 'web-02' }],
  [{ kind: 'cores', before: 4, after: 8 }, { kind: 'cores', cores: 4 }, 'cores', { cores: '4' }],
  [{ kind: 'memory', before: 2048, after: 4096 }, { kind: 'memory', memoryMib: 4096 }, 'memory', { memory: '4096' }],
  [{ kind: 'description', before: 'old', after: 'new' }, { kind: 'description', text: text('new') }, 'description', { description: text('new') }],
  [{ kind: 'on-boot', before: false, after: true }, { kind: 'on-boot', on: true }, 'onboot', { onboot: '1' }],
  [{ kind: 'tags', before: ['old'], after: ['web'] }, { kind: 'tags', tags: ['by-hand', 'web'] }, 'tags', { tags: 'web;by-hand;meanwhile' }],
  [{ kind: 'nic', slot: 'net0', before: null, after: nic }, { kind: 'nic', slot: 'net0', property: nic }, 'net0', { net0: 'virtio=BC:24:11:00:00:01,tag=30,bridge=vmbr0' }],
  [{ kind: 'nic', slot: 'net0', before: nic, after: null }, { kind: 'nic', slot: 'net0', property: null }, 'net0', { net0: null }],
  [{ kind: 'disk-detach', slot: 'scsi1', before: 'x', after: null }, { kind: 'detach', slot: 'scsi1' }, 'scsi1', { scsi1: null, unused0: 'vmdata:vm-5001-disk-1' }],
])('%j', (step, change, key, after) => {
  const configuration = configurationOf(step, target, 2);
  expect([configuration.change(config()), configuration.key]).toEqual([change, key]);
  expect([configuration.stands(config()), configuration.stands(config(after))]).toEqual([false, true]);
});

it('names a container by its own key', () => expect(configurationOf({ kind: 'name', before: 'a', after: 'b' }, { kind: 'lxc', cluster: 'leipzig', vmid: 5001 as Vmid, macs: [], guestId } as GuestIdentity, 1).key).toBe('hostname'));
