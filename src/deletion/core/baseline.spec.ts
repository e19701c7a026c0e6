import fc from 'fast-check';
import { readGuestConfig, type GuestConfig } from '../../guest';
import { compareBaseline, takeBaseline, valuesOf } from './baseline';

const configOf = (more: Readonly<Record<string, string>> = {}): GuestConfig => {
  const read = readGuestConfig('qemu', 107, { digest: 'a'.repeat(40), name: 'billing', memory: '1024', cores: '2', tags: 'prod', scsi0: 'disks:vm-107-disk-0,size=8G', ...more });
  if (!read.ok) throw new Error(read.error.text);
  return read.value;
};
const baseline = takeBaseline(configOf(), 'pve1');
const seen = (more: Readonly<Record<string, string>> = {}, node = 'pve1', hasProcess = false) => ({ config: configOf(more), node, hasProcess });

describe('the baseline of the window', () => {
  it('P22 does not count our tag, the digest, a lock or the snapshot it hangs on', () => {
    expect(compareBaseline(baseline, seen({ digest: 'b'.repeat(40), tags: 'sluice-quarantine;PROD', parent: 'before' }))).toEqual({ kind: 'same' });
  });

  it.each(['backup', 'snapshot', 'snapshot-delete'])('P22 is held by a %s', (lock) => {
    expect(compareBaseline(baseline, seen({ lock }))).toEqual({ kind: 'held', observed: `lock: ${lock}` });
  });

  it('P22 is held while a backup runs its own process, and only that long', () => {
    expect(compareBaseline(baseline, seen({ lock: 'backup' }, 'pve1', true)).kind).toBe('held');
    expect(compareBaseline(baseline, seen({}, 'pve1', true))).toEqual({ kind: 'changed', observed: 'it was off, it is running' });
    expect(compareBaseline(baseline, seen({ lock: 'snapshot' }, 'pve1', true)).kind).toBe('changed');
  });

  it.each(['migrate', 'rollback', 'clone', 'suspended', 'destroyed', 'a lock of the future'])('P22 P30 is changed by the lock "%s"', (lock) => {
    expect(compareBaseline(baseline, seen({ lock })).kind).toBe('changed');
  });

  it('P22 is changed by a move, and a change is not hidden behind a backup', () => {
    expect(compareBaseline(baseline, seen({}, 'pve2'))).toEqual({ kind: 'changed', observed: 'node was pve1, is pve2' });
    expect(compareBaseline(baseline, seen({ lock: 'backup', memory: '2048' })).kind).toBe('changed');
  });

  it('P6 a missing or empty baseline is a change, never a match', () => {
    expect(compareBaseline(null, seen()).kind).toBe('changed');
    expect(compareBaseline({ ...baseline, values: {} }, seen()).kind).toBe('changed');
  });

  it('P22 notices every other key: added, removed or with another value, an empty value is not an absent one', () => {
    const key = fc.constantFrom('memory', 'cores', 'net0', 'scsi1', 'unused0', 'description', 'hookscript', 'protection', 'onboot', 'a-key-of-the-future');
    fc.assert(fc.property(key, fc.option(fc.stringMatching(/^[a-z0-9]{0,5}$/), { nil: undefined }), fc.option(fc.stringMatching(/^[a-z0-9]{0,5}$/), { nil: undefined }), (name, before, now) => {
      const config = configOf();
      const withValue = (value: string | undefined): GuestConfig => {
        const { [name]: _out, ...raw } = config.raw;
        return { ...config, raw: value === undefined ? raw : { ...raw, [name]: value } };
      };
      const verdict = compareBaseline(takeBaseline(withValue(before), 'pve1'), { config: withValue(now), node: 'pve1', hasProcess: false });
      expect(verdict.kind).toBe(before === now ? 'same' : 'changed');
    }));
  });

  it('keeps somebody else’s tags and forgets only ours', () => {
    expect(valuesOf(configOf({ tags: 'sluice-quarantine' }))['tags']).toBeUndefined();
    expect(valuesOf(configOf({ tags: 'b;a;sluice-quarantine' }))['tags']).toBe('a;b');
  });
});
