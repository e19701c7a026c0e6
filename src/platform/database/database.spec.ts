import { Bug } from '../../kernel';
import { testDatabase, type TestDatabase } from '../../../test/setup/test-database';
import { until } from '../../../test/setup/until';

describe('Database', () => {
  let db: TestDatabase;
  beforeAll(async () => { db = await testDatabase(); });
  afterAll(() => db.drop());

  it('gives times as UTC text with microseconds, bigints as numbers, numerics as text and jsonb as values', async () => {
    const row = await db.api.one("select timestamptz '2026-11-20 20:30:41.428142+01' as at, timestamptz '2026-11-20 00:00:00+00' as whole, 42::bigint as big, 1.50::numeric as n, $1::jsonb as j", [JSON.stringify({ a: [1, null] })]);
    expect(row).toEqual({ at: '2026-11-20T19:30:41.428142Z', whole: '2026-11-20T00:00:00.000000Z', big: 42, n: '1.50', j: { a: [1, null] } });
  });

  it('refuses to round a bigint that a number cannot hold', async () => {
    await expect(db.api.one('select 9007199254740993::bigint as big')).rejects.toThrow('does not fit a number');
    expect(await db.api.one('select 1 as one')).toEqual({ one: 1 });
  });

  it('calls it a bug when one row was expected and there are none or two', async () => {
    await expect(db.api.one('select 1 where false')).rejects.toThrow(Bug);
    await expect(db.api.one('values (1), (2)')).rejects.toThrow(Bug);
    await expect(db.api.maybe('values (1), (2)')).rejects.toThrow(Bug);
    expect(await db.api.maybe('select 1 where false')).toBeNull();
  });

  it('counts the rows of a write and takes a whole transaction back when its work throws', async () => {
    await db.owner.rows('create table slips (id integer primary key, state text not null)');
    expect(await db.owner.change("insert into slips values (1, 'a'), (2, 'a')")).toBe(2);
    await expect(db.owner.transaction(async (tx) => {
      expect(await tx.change("update slips set state = 'b' where id = $1 and state = 'a'", [1])).toBe(1);
      throw new Error('no');
    })).rejects.toThrow('no');
    expect(await db.owner.rows('select state from slips order by id')).toEqual([{ state: 'a' }, { state: 'a' }]);
    expect(await db.owner.change("update slips set state = 'b' where id = 1 and state = 'x'")).toBe(0);
  });

  it('runs transactions beside each other, each seeing what the other committed', async () => {
    const first = await db.owner.transaction(async (tx) => {
      const before = await tx.one<{ n: number }>('select count(*) as n from slips');
      await db.owner.transaction((other) => other.change("insert into slips values (3, 'c')"));
      const after = await tx.one<{ n: number }>('select count(*) as n from slips');
      return after.n - before.n;
    });
    expect(first).toBe(1);
  });

  it('signs in as the login of its role and knows which one it is', async () => {
    for (const role of ['api', 'worker', 'deleter', 'scheduler'] as const) {
      expect(db[role].role).toBe(role);
      expect(await db[role].one('select session_user as me')).toEqual({ me: `sluice_${role}` });
    }
  });

  it('hears notifications, comes back after a lost connection, and then says so once with an empty payload', async () => {
    const heard: string[] = [];
    const stop = await db.worker.listen('slips', (payload) => heard.push(payload));
    await db.api.rows("select pg_notify('slips', 'first')");
    await until(() => heard.includes('first'));
    await db.owner.rows("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sluice listens to slips' and datname = current_database()");
    await until(() => heard.includes(''));
    await db.api.rows("select pg_notify('slips', 'second')");
    await until(() => heard.includes('second'));
    expect(heard).toEqual(['first', '', 'second']);
    await stop();
    expect(await db.owner.rows("select pid from pg_stat_activity where application_name = 'sluice listens to slips' and datname = current_database() and state <> 'idle'")).toEqual([]);
  });
});
