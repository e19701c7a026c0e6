import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { dropDatabase, makeDatabase } from '../../../test/setup/test-database';
import { CannotStart, loginOf, migrate, openDatabase, rolePasswords, roleUrl } from '.';

const passwords = { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' };

describe('migrate', () => {
  let name: string;
  let url: string;
  beforeAll(async () => { ({ name, url } = await makeDatabase('nothing')); });
  afterAll(() => dropDatabase(name));

  it('may be run by several processes at once and again later', async () => {
    await Promise.all([1, 2, 3].map(() => migrate(url, { mode: 'lab', passwords })));
    await migrate(url, { mode: 'lab', passwords });
    const owner = await openDatabase(url, { role: 'owner', poolSize: 1 });
    expect(await owner.rows('select mode from settings')).toEqual([{ mode: 'lab' }]);
    await owner.close();
  });

  it('refuses to serve live from a database made for a lab, in a sentence and before any change', async () => {
    await expect(migrate(url, { mode: 'live', passwords })).rejects.toThrow('This database was made for mode lab and Sluice is started in mode live.');
  });

  it('lets every role but the deleter hand out work', async () => {
    for (const role of ['api', 'worker', 'scheduler'] as const) {
      const database = await openDatabase(roleUrl(url, role, passwords), { role, poolSize: 1 });
      expect(await database.rows("select 1 as one from graphile_worker.add_job('spec.probe', '{}')")).toEqual([{ one: 1 }]);
      await database.close();
    }
    const deleter = await openDatabase(roleUrl(url, 'deleter', passwords), { role: 'deleter', poolSize: 1 });
    await expect(deleter.rows("select graphile_worker.add_job('spec.probe', '{}')")).rejects.toThrow('permission denied for schema graphile_worker');
    await deleter.close();
  });

  it('tells the exact statements when the owner may not change the logins, and needs none when they are right', async () => {
    const fresh = await makeDatabase('nothing');
    const weak = `weak_${fresh.name}`;
    const admin = new Client({ connectionString: url });
    await admin.connect();
    await admin.query(`create role ${weak} login password 'weak'`);
    await admin.query(`alter database ${fresh.name} owner to ${weak}`);
    const weakUrl = new URL(fresh.url);
    weakUrl.username = weak;
    weakUrl.password = 'weak';
    const trouble = await migrate(weakUrl.toString(), { mode: 'lab', passwords: { ...passwords, api: 'a password nobody set' } }).catch((error: unknown) => error);
    await migrate(weakUrl.toString(), { mode: 'lab', passwords });
    await dropDatabase(fresh.name);
    await admin.query(`drop role ${weak}`);
    await admin.end();
    expect(trouble).toBeInstanceOf(CannotStart);
    expect((trouble as Error).message).toContain(`alter role "${loginOf('api')}" with login password '...';`);
    expect((trouble as Error).message).not.toContain('a password nobody set');
  });

  it('says which login was not let in', async () => {
    await expect(openDatabase(roleUrl(url, 'api', { ...passwords, api: 'wrong' }), { role: 'api', poolSize: 1 })).rejects.toThrow('The database does not let sluice_api in: password authentication failed');
  });
});

describe('rolePasswords', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-passwords-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives two starts at once the same passwords, kept in a file only its owner reads', async () => {
    const file = join(folder, 'below', 'roles.json');
    const [one, two] = await Promise.all([rolePasswords(file), rolePasswords(file)]);
    expect(one).toEqual(two);
    expect(new Set(Object.values(one)).size).toBe(4);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('names the roles that a given file lacks', async () => {
    const file = join(folder, 'roles.json');
    writeFileSync(file, '{"api": "x", "worker": "y"}');
    await expect(rolePasswords(file)).rejects.toThrow('has no password for: deleter, scheduler.');
  });
});
