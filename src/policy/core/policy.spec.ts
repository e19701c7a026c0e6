import fc from 'fast-check';
import { changeWords, differences, policyKeys, readPolicy, weakens, type Policy } from './policy';

const base: Policy = {
  deletion: { threshold: 2, windowSeconds: 86_400, approveWithinSeconds: 604_800, startWithinSeconds: 172_800, maxPerHour: 5, powerOff: 'shutdown' },
  plan: { expiresAfterSeconds: 86_400, startWithinSeconds: 3600 },
  limits: { maxCores: 64, maxMemoryMib: null, maxCreates: 10, maxUpdates: null, maxDeletions: 3 },
  intent: { allow: null },
  protected: { guests: ['west/101'] },
  rules: { addressFree: 'refusal', storageHasRoom: 'warning', bridgeExists: 'refusal' },
};

const whole = (first: number, last: number) => fc.integer({ min: first, max: last });
const severity = fc.constantFrom('refusal', 'warning');
const policy: fc.Arbitrary<Policy> = fc.record({
  deletion: fc.record({ threshold: whole(1, 4), windowSeconds: whole(3600, 3603), approveWithinSeconds: whole(1, 4), startWithinSeconds: whole(1, 4), maxPerHour: whole(1, 4), powerOff: fc.constantFrom('refuse', 'shutdown', 'shutdown-then-stop') }),
  plan: fc.record({ expiresAfterSeconds: whole(1, 4), startWithinSeconds: whole(1, 4) }),
  limits: fc.record({ maxCores: fc.option(whole(1, 4)), maxMemoryMib: fc.option(whole(16, 19)), maxCreates: fc.option(whole(1, 4)), maxUpdates: fc.option(whole(1, 4)), maxDeletions: fc.option(whole(1, 4)) }),
  intent: fc.record({ allow: fc.option(fc.constant('allow-edit-and-add-actions' as const)) }),
  protected: fc.record({ guests: fc.subarray(['west/101', 'west/102', 'east/101']) }),
  rules: fc.record({ addressFree: severity, storageHasRoom: severity, bridgeExists: severity }),
});

const with_ = (key: string, value: unknown): Policy => {
  const [group = '', name = ''] = key.split('.') as [keyof Policy, string];
  return { ...base, [group]: { ...base[group as keyof Policy], [name]: value } };
};

describe('a policy', () => {
  it('P32 has every one of its keys judged', () => {
    const keys = Object.entries(base).flatMap(([group, members]) => Object.keys(members as object).map((name) => `${group}.${name}`));
    expect(policyKeys.map(({ key }) => key).sort()).toEqual(keys.sort());
  });

  it.each([
    ['deletion.threshold', 1], ['deletion.windowSeconds', 86_399], ['deletion.approveWithinSeconds', 604_801], ['deletion.startWithinSeconds', 172_801], ['deletion.maxPerHour', 6],
    ['deletion.powerOff', 'shutdown-then-stop'], ['plan.expiresAfterSeconds', 86_401], ['plan.startWithinSeconds', 3601], ['limits.maxCores', 65], ['limits.maxCores', null],
    ['limits.maxCreates', 11], ['limits.maxDeletions', null], ['intent.allow', 'allow-edit-and-add-actions'], ['protected.guests', []], ['rules.addressFree', 'warning'],
  ])('P32 is weaker with %s at %s', (key, value) => {
    expect(weakens(base, with_(key, value))).toEqual([key]);
    expect(weakens(with_(key, value), base)).toEqual([]);
  });

  it('P32 is not weaker by being stricter', () => {
    for (const [key, value] of [['deletion.threshold', 3], ['deletion.windowSeconds', 90_000], ['deletion.powerOff', 'refuse'], ['limits.maxMemoryMib', 1024]] as const) expect(weakens(base, with_(key, value))).toEqual([]);
  });

  it('P32 every difference weakens one of the two and never both, but for a list that lost one name and won another', () => {
    fc.assert(fc.property(policy, policy, (a, b) => {
      const [there, back] = [weakens(a, b), weakens(b, a)];
      expect(there.filter((key) => back.includes(key) && key !== 'protected.guests')).toEqual([]);
      expect([...new Set([...there, ...back])].sort()).toEqual(differences(a, b).sort());
    }));
  });

  it('P32 cannot be weakened in two steps of which neither weakens', () => {
    fc.assert(fc.property(policy, policy, policy, (a, b, c) => {
      if (weakens(a, b).length > 0 || weakens(b, c).length > 0) return;
      expect(weakens(a, c)).toEqual([]);
    }), { numRuns: 2000 });
  });

  it('P32 takes the phrase and nothing shorter for the consent to write', () => {
    for (const allow of [true, 'yes', 'Allow-edit-and-add-actions', 'allow-edit-and-add-actions ', undefined]) expect(readPolicy(with_('intent.allow', allow), 'live')).toMatchObject({ ok: false, error: { observed: expect.stringContaining('intent.allow is') } });
    expect(readPolicy(with_('intent.allow', 'allow-edit-and-add-actions'), 'live').ok).toBe(true);
  });

  it('lets no other rule be softened, and protects only what can be a guest', () => {
    expect(readPolicy({ ...base, rules: { ...base.rules, authorPermission: 'warning' } }, 'live').ok).toBe(false);
    expect(readPolicy(with_('protected.guests', ['west/101', '101']), 'live').ok).toBe(false);
  });

  it('says a change in words', () => {
    expect(changeWords(base, with_('intent.allow', 'allow-edit-and-add-actions'), ['intent.allow'])).toBe('intent.allow off -> allow-edit-and-add-actions');
    expect(changeWords(base, with_('protected.guests', []), ['protected.guests'])).toBe('protected.guests [west/101] -> []');
    expect(changeWords(base, with_('limits.maxCores', null), ['limits.maxCores'])).toBe('limits.maxCores 64 -> unlimited');
  });

  it('P30 is read whole or not at all, and every trouble is named', () => {
    expect(readPolicy(base, 'live')).toEqual({ ok: true, value: base });
    expect(readPolicy(with_('deletion.windowSeconds', 60), 'lab').ok).toBe(true);
    const refused = readPolicy({ ...with_('deletion.windowSeconds', 60), plan: { expiresAfterSeconds: '1', later: 2 }, bypass: true }, 'live');
    expect(refused).toMatchObject({ ok: false, error: { code: 'policy.invalid' } });
    for (const part of ['bypass is no key', 'plan.later is no key', 'deletion.windowSeconds is 60', 'plan.startWithinSeconds is missing', 'plan.expiresAfterSeconds is "1"']) expect(refused.ok ? '' : refused.error.observed).toContain(part);
    expect(readPolicy(null, 'live').ok).toBe(false);
  });
});
