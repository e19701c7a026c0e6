// Carries P2, P6: a changed interface says again whatever the change does not name, and one text stands for equal values.
import fc from 'fast-check';
import { changedNic, type NicChange } from './nic-property';
import { canonicalProperty, parsePropertyString } from './property-string';

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,7}$/);
const value = fc.stringMatching(/^[A-Za-z0-9.:_-]{1,12}$/);
const property = fc.dictionary(fc.oneof(word, fc.constantFrom('bridge', 'tag', 'mtu', 'link_down', 'firewall', 'queues')), value, { minKeys: 1, maxKeys: 8 }).map((pairs) => Object.entries(pairs).map(([key, one]) => `${key}=${one}`).join(','));
const changes: fc.Arbitrary<NicChange> = fc.record({ bridge: fc.constantFrom('vmbr0', 'vmbr1'), tag: fc.option(fc.integer({ min: 1, max: 4094 })), mtu: fc.option(fc.integer({ min: 576, max: 65_520 })), isUp: fc.boolean() }, { requiredKeys: [] });
const pairsOf = (text: string): Readonly<Record<string, string>> => {
  const read = parsePropertyString(text);
  if (!read.ok) throw new Error(read.error.summary);
  return Object.fromEntries(read.value.pairs);
};
const keyOf: Readonly<Record<keyof NicChange, string>> = { bridge: 'bridge', tag: 'tag', mtu: 'mtu', isUp: 'link_down' };

it('keeps every key that the change does not name, and sets those it names', () => {
  fc.assert(fc.property(property, changes, (before, change) => {
    const [was, is] = [pairsOf(before), pairsOf(changedNic(before, change))];
    const named = (Object.keys(change) as (keyof NicChange)[]).map((key) => keyOf[key]);
    for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) if (!named.includes(key)) expect(is[key]).toBe(was[key]);
    if (change.bridge !== undefined) expect(is['bridge']).toBe(change.bridge);
    if (change.tag !== undefined) expect(is['tag']).toBe(change.tag === null ? undefined : String(change.tag));
    if (change.mtu !== undefined) expect(is['mtu']).toBe(change.mtu === null ? undefined : String(change.mtu));
    if (change.isUp !== undefined) expect(is['link_down']).toBe(change.isUp ? undefined : '1');
  }));
});

it('changes nothing the second time, and its order is always the same', () => {
  fc.assert(fc.property(property, changes, (before, change) => {
    const once = changedNic(before, change);
    expect([changedNic(once, change), canonicalProperty(once)]).toEqual([once, once]);
  }));
});

it('the canonical form of any text is its own canonical form', () => {
  fc.assert(fc.property(fc.oneof(property, fc.string()), (text) => expect(canonicalProperty(canonicalProperty(text))).toBe(canonicalProperty(text))));
});

it.each([['a doubled key', 'bridge=vmbr0,bridge=vmbr1'], ['two bare values', 'a,b'], ['a line break', 'bridge=vmbr0\nargs: -x']])('leaves alone what reads in two ways: %s', (_words, text) => expect(changedNic(text, { tag: 5 })).toBe(text));
