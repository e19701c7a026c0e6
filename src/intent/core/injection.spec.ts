// Carries P2, P16: no text of a branch becomes another key, another pair or another line on its way to Proxmox: it is refused by name,
// or stands as the one value that it is.
import fc from 'fast-check';
import { diff, diskCreate, inputOf, nicCreate, planOf, refusalsOf, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { draftBranch } from './draft';

const guests = [{ netboxVmId: 5, vmid: 107, name: 'db-1' }];
const keys = ['delete', 'force', 'archive', 'args', 'vmid', 'hookscript', 'skiplock', 'unused0'] as const;
const poisoned = fc.tuple(fc.constantFrom('vmbr0', 'local-lvm', 'db-2', ''), fc.constantFrom(',', '\n', '\r\n', '=', ' ', '\0', ';\n'), fc.constantFrom(...keys), fc.constantFrom('=1', ': 1', '=/bin/sh', '')).map((parts) => parts.join(''));
const change = (after: Readonly<Record<string, unknown>>): Scene => ({ guests, diffs: [vmUpdate(5, 'db-1', {}, after)] });
const withRow = (row: Scene['diffs'][number]): Scene => ({ guests, diffs: [vmUpdate(5, 'db-1', {}, {}), row] });
const isRefused = (scene: Scene): void => expect(refusalsOf(planOf(scene).findings)).not.toEqual([]);

it.each<[string, (text: string) => Scene]>([
  ['the name', (text) => change({ name: text })],
  ['a tag', (text) => change({ tags: [text] })],
  ['the bridge of an interface', (text) => withRow(nicCreate(9, 5, 'net1', { custom_fields: { proxmox_bridge: text } }))],
  ['the name of an interface', (text) => withRow(nicCreate(9, 5, text))],
  ['the MTU of an interface', (text) => withRow(nicCreate(9, 5, 'net1', { mtu: text }))],
  ['the storage of a disk', (text) => withRow(diff('virtualization.virtualdisk', 7, null, { name: 'scsi2', size: 1024, virtual_machine: 5, custom_fields: { proxmox_storage: text } }))],
  ['the slot of a disk', (text) => withRow(diskCreate(7, 5, text, 1024))],
  ['the number of vCPUs', (text) => change({ vcpus: text })],
  ['the memory', (text) => change({ memory: text })],
  ['whether it starts with its node', (text) => change({ start_on_boot: text })],
])('%s that holds more than itself is refused', (_what, sceneOf) => fc.assert(fc.property(poisoned, (text) => isRefused(sceneOf(text)))));

it.each(keys)('a slot that is the key %s is refused', (key) => {
  isRefused(withRow(nicCreate(9, 5, key)));
  isRefused(withRow(diskCreate(7, 5, key, 1024)));
});

it('a description stands as one text, whatever it holds', () => {
  fc.assert(fc.property(poisoned.filter((text) => text.trim() !== '' && !text.includes('\0')), (text) => {
    const [action] = draftBranch(inputOf(change({ description: text }))).actions;
    expect(action?.steps.filter((step) => step.kind !== 'stamp')).toEqual([{ kind: 'description', before: '', after: text }]);
  }));
});

it('plans five thousand changed guests of one branch, each with two changes, within ten seconds', () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({ netboxVmId: index + 1, vmid: 1000 + index, name: `vm-${index}` }));
  const began = performance.now();
  const plan = planOf({ guests: many, diffs: many.map((one) => vmUpdate(one.netboxVmId, one.name, {}, { memory: 4096, name: `${one.name}-new` })) });
  const millis = performance.now() - began;
  expect(plan.content.actions).toHaveLength(5000);
  expect(millis).toBeLessThan(10_000);
});
