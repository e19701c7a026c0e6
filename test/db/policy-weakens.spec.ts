// P32 is judged twice, by src/policy and by the trigger on policy_versions; here both judge the same random pairs.
import fc from 'fast-check';
import { policyKeys, weakens, type Policy } from '../../src/policy';
import { labPolicy } from '../setup/fixtures';
import { testDatabase, type TestDatabase } from '../setup/test-database';

const few = fc.integer({ min: 1, max: 4 });
const severity = fc.constantFrom('refusal', 'warning');
const policies: fc.Arbitrary<Policy> = fc.record({
  deletion: fc.record({ threshold: few, windowSeconds: few, approveWithinSeconds: few, startWithinSeconds: few, maxPerHour: few, powerOff: fc.constantFrom('refuse', 'shutdown', 'shutdown-then-stop') }),
  plan: fc.record({ expiresAfterSeconds: few, startWithinSeconds: few }),
  limits: fc.record({ maxCores: fc.option(few), maxMemoryMib: fc.option(few), maxCreates: fc.option(few), maxUpdates: fc.option(few), maxDeletions: fc.option(few) }),
  intent: fc.record({ allow: fc.option(fc.constant('allow-edit-and-add-actions' as const)) }),
  protected: fc.record({ guests: fc.subarray(['west/101', 'west/102', 'east/101']) }),
  rules: fc.record({ addressFree: severity, storageHasRoom: severity, bridgeExists: severity }),
});

describe('policy_weakens', () => {
  let db: TestDatabase;
  beforeAll(async () => { db = await testDatabase(); });
  afterAll(() => db.drop());

  it('P32 judges in the database as in the code', async () => {
    const pairs = fc.sample(fc.tuple(policies, policies), { numRuns: 500, seed: 32 });
    const judged = await db.api.rows<{ weaker: string[] }>("select policy_weakens(pair -> 0, pair -> 1) as weaker from jsonb_array_elements($1::jsonb) with ordinality as pairs(pair, n) order by n", [JSON.stringify(pairs)]);
    expect(judged.map((row) => [...row.weaker].sort())).toEqual(pairs.map(([before, after]) => weakens(before, after).sort()));
  });

  it('P30 P32 takes a missing key, a null that is no limit, and a word it does not know for weaker', async () => {
    const judge = async (after: object) => (await db.api.one<{ weaker: string[] }>('select policy_weakens($1, $2) as weaker', [JSON.stringify(labPolicy), JSON.stringify(after)])).weaker;
    expect((await judge({})).sort()).toEqual(policyKeys.map(({ key }) => key).sort());
    expect(await judge({ ...labPolicy, intent: { allow: true }, protected: { guests: 'all' }, rules: { ...labPolicy.rules, addressFree: 'off' } })).toEqual(['intent.allow', 'protected.guests', 'rules.addressFree']);
    expect(await judge({ ...labPolicy, deletion: { ...labPolicy.deletion, threshold: null, powerOff: 'hard' } })).toEqual(['deletion.powerOff', 'deletion.threshold']);
  });
});
