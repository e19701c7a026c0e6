// Carries P40: canary secrets in every input, one story told with them, then every table, stream, log line, metric and error body is
// searched for them. What is looked for is generated, so it can stand nowhere by chance.
import { createHmac, randomBytes } from 'node:crypto';
import { makeLog } from '../../src/platform/log';
import { askedDeletion, askGate, changes, deletes, emptyBranch, jobsOf, lookedUp, makeBranch, makeGuest, netboxAs, newVm, passTime, planOf, reconcile, review, untilState, untilUndone } from '../setup/scenes';
import { startStory, type Person, type Story, type Wire } from '../setup/story';
import { until } from '../setup/until';

jest.setTimeout(90_000);

const canaries = new Map<string, string>();
/** A secret that stands in this one place. */
const canary = (place: string): string => {
  const made = `Kn${randomBytes(12).toString('hex')}`;
  canaries.set(made, place);
  return made;
};
const pem = (place: string): string => `-----BEGIN OPENSSH PRIVATE KEY-----\n${canary(place)}\n-----END OPENSSH PRIVATE KEY-----`;

/** No secret: it must be found, or the search is blind. */
const control = `Kn${randomBytes(12).toString('hex')}`;
const logged: string[] = [];
const answered: string[] = [];
let story: Story;
let approver: Person;
beforeAll(async () => {
  story = await startStory({ deletion: { window: 12, approveWithin: 3600, startWithin: 120, threshold: 1, maxPerHour: 50, powerOff: 'refuse' } }, makeLog({ level: 'debug', pretty: false }, { write: (line: string) => void logged.push(line) }));
  approver = await story.signIn('approver');
  const { secrets } = story.lab;
  for (const [name, secret] of [['the administrator of Proxmox', secrets.root], ['the webhook secret', secrets.webhook], ['the gate secret', secrets.gate], ['the service token', secrets.serviceToken], ...Object.entries(secrets.proxmox).map(([token, value]) => [`the ${token} token`, value]), ...Object.entries(secrets.netbox).map(([user, value]) => [`NetBox's token of ${user}`, value]), ...Object.entries(secrets.passwords).map(([user, value]) => [`the password of ${user}`, value])] as [string, string][]) canaries.set(secret, name);
});
afterAll(() => story.end());

/** Which canaries stand in a text, by their places. */
const foundIn = (text: string): readonly string[] => [...canaries].filter(([secret]) => text.includes(secret)).map(([, place]) => place);
const keep = async (answer: Promise<{ readonly body: unknown }>): Promise<void> => void answered.push(JSON.stringify((await answer).body));
async function send(path: string, init: RequestInit): Promise<void> {
  const answer = await fetch(`${story.url}${path}`, init);
  answered.push(`${[...answer.headers].join('\n')}\n${await answer.text()}`);
}
const json = { 'Content-Type': 'application/json' };

describe('a story told with secrets in every input', () => {
  it('P40 goes on: branches, guests, hooks, gate, sign-in, errors', async () => {
    // Branches: what people paste into a field that was not made for it.
    const withSecrets = await emptyBranch(story, { apply_to_proxmox: true, apply_destroy_confirmed: true });
    await netboxAs(story, 'engineer', 'PATCH', `/api/plugins/branching/branches/${withSecrets.id}/`, { description: `password: ${canary('the description of a branch')}`, comments: pem('the comments of a branch') });
    await newVm(story, withSecrets, { comments: `secret: ${canary('the comments of a VM')}`, custom_fields: { cloud_init_user_data: `#cloud-config\npassword: ${canary('cloud-init user data')}\nchpasswd: { expire: false }\n${pem('a key in cloud-init user data')}`, cloud_init_user: `Bearer ${canary('a token header in cloud-init user')}` } });
    await keep(planOf(story, withSecrets.id));
    // A description is written to Proxmox as it is, so a secret in it must be refused before it is kept.
    const created = await emptyBranch(story, { apply_to_proxmox: true, apply_destroy_confirmed: true });
    await newVm(story, created, { description: `root password: ${canary('the description of a new VM')}` });
    await keep(planOf(story, created.id));
    const changed = await makeGuest(story);
    await keep(planOf(story, (await makeBranch(story, [changes(changed, { description: `passwd=${canary('the description of a changed VM')}` })])).id));

    // A guest with secrets on both sides: made, changed, asked for, cancelled, destroyed.
    const config = { cipassword: canary('cipassword in Proxmox') };
    for (const last of ['cancelled', 'destroyed'] as const) {
      const guest = await makeGuest(story, { config });
      await story.proxmox('leipzig').act({ act: 'set-config', vmid: guest.vmid, set: { description: `${control} password: ${canary(`the description of a guest that is ${last}`)}\n\n<!-- sluice guest ${guest.guestId} -->` } });
      await netboxAs(story, 'admin', 'PATCH', `/api/virtualization/virtual-machines/${guest.netboxVmId}/`, { comments: `password: ${canary(`the comments of a record whose deletion is ${last}`)}`, local_context_data: { api_token: canary('local context data') }, custom_fields: { cloud_init_user_data: `password: ${canary('user data of a record')}` } });
      const asked = await askedDeletion(story, guest, await makeBranch(story, deletes(guest)));
      await keep(approver.get(`/api/deletion/requests/${asked.id}`));
      await keep(review(approver, asked));
      await untilState(story, asked.id, 'waiting');
      if (last === 'cancelled') {
        await keep(approver.post(`/api/deletion/requests/${asked.id}/cancel`, { reason: `password: ${canary('the reason of a cancel')}` }));
        await untilUndone(story, asked.id);
      } else {
        await passTime(story, 12);
        await untilState(story, asked.id, 'destroyed');
      }
      await keep(approver.get(`/api/deletion/requests/${asked.id}`));
    }

    // An apply with a log to follow.
    const grown = await makeBranch(story, [changes(changed, { memory: 2048 })]);
    await planOf(story, grown.id);
    await story.merge(grown.id);
    await until(async () => (await jobsOf(story, grown.id))[0]?.state === 'done', 'the job', 20_000);

    // Hooks, forged and genuine.
    const hook = JSON.stringify({ event: 'branch_merged', timestamp: new Date().toISOString(), object_type: 'netbox_branching.branch', username: 'x', data: { id: 9999, schema_id: 'abcdefgh', name: 'x', merged_time: new Date().toISOString(), custom_fields: { cipassword: canary('a hook'), note: pem('a key in a hook') } } });
    await send('/api/hooks/netbox/netbox', { method: 'POST', body: hook, headers: { ...json, 'X-Hook-Signature': createHmac('sha512', story.lab.secrets.webhook).update(hook).digest('hex') } });
    await send('/api/hooks/netbox/netbox', { method: 'POST', body: `{"password":"${canary('a forged hook')}"`, headers: { ...json, 'X-Hook-Signature': 'ab' } });
    await lookedUp(story);
    // The gate, with what does not belong there.
    answered.push((await askGate(story, { body: { netbox: 'netbox', branchId: withSecrets.id, action: 'merge', changeDigest: 'a'.repeat(64) } })).text);
    answered.push((await askGate(story, { body: { netbox: 'netbox', branchId: 1, action: 'merge', changeDigest: canary('a digest'), password: canary('a member of a question') } })).text);
    // Sign-in and tokens.
    await send('/api/session', { method: 'POST', headers: json, body: JSON.stringify({ username: 'engineer', password: canary('a wrong password') }) });
    await send('/api/session', { method: 'POST', headers: json, body: JSON.stringify({ username: ['x'], password: { deep: canary('a password of the wrong type') } }) });
    await send('/api/session', { method: 'POST', headers: json, body: `{"username":"engineer","password":"${canary('half a sign-in')}` });
    await send('/api/intent/plans', { headers: { Authorization: `Bearer ${canary('an unknown token')}` } });
    await send('/api/intent/plans', { headers: { Cookie: `sluice=${canary('a cookie')}` } });
    await send('/api/intent/plans', { method: 'POST', headers: { ...json, Authorization: `Bearer ${story.lab.secrets.serviceToken}` }, body: JSON.stringify({ netbox: `password: ${canary('an instance name')}`, branchId: 1, token: canary('a member too many') }) });
    // A gateway that shows what it was given.
    await story.netboxLab.fault({ match: { path: 'plugins/branching' }, fault: { status: 500, body: `{"detail":"Token ${story.lab.secrets.netbox.service} is broken, password=${canary('an error of NetBox')}"}` }, times: 20 });
    await keep(planOf(story, grown.id));
    // Looks that fail are told to the log.
    await story.netboxLab.fault({ match: { path: 'branch-events' }, fault: { status: 400, body: `{"detail":"password=${canary('an error of NetBox for the log')}, Token ${story.lab.secrets.netbox.service}"}` }, times: 20 });
    await reconcile(story);
    await story.netboxLab.clearFaults();
    await story.proxmox('leipzig').fault({ method: 'GET' }, { status: 500, body: `PVEAPIToken=sluice-reflect@pve!reflect=${story.lab.secrets.proxmox.reflect} failed, password: ${canary('an error of Proxmox')}` }, 200);
    await keep(planOf(story, (await makeBranch(story, [changes(changed, { memory: 3072 })])).id));
    await story.proxmox('leipzig').lift();
    expect(canaries.size).toBeGreaterThan(30);
  });

  it('P40 left no secret in any column of any table', async () => {
    const tables = await story.owner.rows<{ name: string }>(`select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE' order by 1`);
    expect(tables.length).toBeGreaterThan(25);
    const found: string[] = [];
    const seen: string[] = [];
    for (const { name } of tables) {
      const rows = await story.owner.rows<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
      if (rows.some(({ row }) => row.includes(control))) seen.push(name);
      for (const place of new Set(rows.flatMap(({ row }) => foundIn(row)))) found.push(`${name}: ${place}`);
    }
    expect(seen).toContain('public.tombstones');
    expect(found).toEqual([]);
  });

  it('P40 left none in the log, and the log was written', () => {
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join('\n')).toContain('merge.look');
    expect(foundIn(logged.join('\n'))).toEqual([]);
  });

  it('P40 showed none in an answer, whether good or bad', () => {
    expect(answered.length).toBeGreaterThan(15);
    expect(foundIn(answered.join('\n'))).toEqual([]);
  });

  it('P40 shows none on the stream of a job, in lists, in metrics and in health', async () => {
    const headers = { Authorization: `Bearer ${story.lab.secrets.serviceToken}` };
    const [job] = (await story.service.get<Wire[]>('/api/apply/jobs')).body;
    for (const path of [`/api/apply/jobs/${String(job?.['id'])}/events`, '/api/apply/jobs', '/api/intent/plans', '/api/deletion/requests', '/api/connections', '/api/policy', '/metrics', '/health']) {
      const text = await (await fetch(`${story.url}${path}`, { headers })).text();
      expect(text.length).toBeGreaterThan(10);
      expect([path, foundIn(text)]).toEqual([path, []]);
    }
  });
});
