// Carries P30, P36 over real sockets: the question that NetBox asks before a merge. Whatever is wrong with the question or with the
// world, the answer is a no in words, within the three seconds that the plugin waits.
import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { sameSignature, signCall } from '../../src/kernel';
import { askGate, changeDigestOf, changes, deletes, emptyBranch, makeBranch, makeGuest, newVm, passTime, planOf, type GateReply, type MadeBranch, type MadeGuest } from '../setup/scenes';
import { startStory, type Person, type Story, type Wire } from '../setup/story';

jest.setTimeout(60_000);

let story: Story;
let engineer: Person;
let approver: Person;
beforeAll(async () => {
  story = await startStory({ plan: { expiresAfter: 60, startWithin: 30, maxCores: 32, maxMemoryMib: null } });
  [engineer, approver] = [await story.signIn('engineer'), await story.signIn('approver')];
});
afterAll(() => story.end());
afterEach(async () => {
  await story.netboxLab.clearFaults();
  await story.proxmox('leipzig').lift();
});

const question = async (branch: MadeBranch, more: Wire = {}): Promise<Wire> => ({ netbox: 'netbox', branchId: branch.id, action: 'merge', changeDigest: await changeDigestOf(story, branch.id), ...more });
const vmBranch = async (): Promise<MadeBranch> => {
  const branch = await emptyBranch(story, { apply_to_proxmox: true, apply_destroy_confirmed: true });
  await newVm(story, branch);
  return branch;
};
/** A no that a person can use: signed or a problem, never permitted, in time. */
const saysNo = (answer: GateReply): string => {
  expect(answer.millis).toBeLessThan(3000);
  expect(answer.json['permitted'] === true).toBe(false);
  return String(answer.json['message'] ?? answer.json['observed'] ?? '');
};
const anyDigest = 'a'.repeat(64);
const body = { netbox: 'netbox', branchId: 1, action: 'merge', changeDigest: anyDigest };

describe('who may ask the gate', () => {
  it.each([
    ['an unsigned question', { headers: { 'X-Sluice-Signature': '' } }, 'the signature does not match'],
    ['another secret', { secret: 'not-the-secret' }, 'the signature does not match'],
    ['a body of which one character was changed after it was signed', { sentBody: JSON.stringify({ ...body, branchId: 2 }) }, 'the signature does not match'],
    ['a timestamp ten minutes old', { timestamp: Math.floor(Date.now() / 1000) - 600 }, 'more than 300 s away'],
    ['a timestamp from the future', { timestamp: Math.floor(Date.now() / 1000) + 900 }, 'more than 300 s away'],
    ['a timestamp that is no number', { headers: { 'X-Sluice-Timestamp': 'now' } }, 'missing or unusable'],
    ['a nonce that is too short', { nonce: 'abc' }, 'missing or unusable'],
    ['an instance that nobody configured', { body: { ...body, netbox: 'elsewhere' } }, 'no NetBox instance elsewhere is configured'],
  ])('P30 refuses %s with 401 and the observed fact', async (_name, wrong, observed) => {
    const answer = await askGate(story, { body, ...wrong });
    expect(answer.status).toBe(401);
    expect(saysNo(answer)).toContain(observed);
    expect(answer.json).toMatchObject({ code: 'gate.signature', next: expect.stringMatching(/secret/) as string });
    // No stamp of Sluice's on it that could be shown to NetBox as an answer.
    expect(answer.headers.get('x-sluice-signature')).toBeNull();
  });

  it('P36 takes each nonce once: a question played back is refused', async () => {
    const branch = await vmBranch();
    const asked = { body: await question(branch), nonce: randomUUID() };
    expect((await askGate(story, asked)).json).toMatchObject({ permitted: true });
    const again = await askGate(story, asked);
    expect([again.status, saysNo(again)]).toEqual([401, 'this nonce was used before']);
  });

  it('P30 signs its answer with the nonce of the question and its status, so that no other answer can be shown in its place', async () => {
    const branch = await vmBranch();
    const answer = await askGate(story, { body: await question(branch) });
    expect(answer).toMatchObject({ status: 200, json: { permitted: true, message: expect.stringContaining('Permitted: 1 to create') as string } });
    const of = (nonce: string, status: string, text: string): string => signCall({ secret: story.lab.secrets.gate, methodOrStatus: status, pathAndQuery: '/api/intent/gate', timestamp: answer.headers.get('x-sluice-timestamp') ?? '', nonce, body: text });
    const given = answer.headers.get('x-sluice-signature') ?? '';
    expect(answer.headers.get('x-sluice-nonce')).toBe(answer.nonce);
    expect(sameSignature(given, of(answer.nonce, '200', answer.text))).toBe(true);
    expect(sameSignature(given, of(randomUUID(), '200', answer.text))).toBe(false);
    expect(sameSignature(given, of(answer.nonce, '401', answer.text))).toBe(false);
    expect(sameSignature(given, of(answer.nonce, '200', answer.text.replace('true', 'fals')))).toBe(false);
  });
});

describe('questions that cannot be read', () => {
  it.each([
    ['no body', ''], ['half a body', '{"netbox":"netbox","branch'], ['a list', '[]'], ['a branch id in words', JSON.stringify({ ...body, branchId: 'one' })], ['an action that is not known', JSON.stringify({ ...body, action: 'archive' })],
    ['no digest', JSON.stringify({ netbox: 'netbox', branchId: 1, action: 'merge' })], ['an empty digest', JSON.stringify({ ...body, changeDigest: '' })], ['a member too many', JSON.stringify({ ...body, force: true })],
  ])('P30 refuses %s, named and with what to do', async (_name, text) => {
    const answer = await askGate(story, { body: text });
    saysNo(answer);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: expect.stringMatching(/^request\./) as string, observed: expect.stringMatching(/\S/) as string, next: expect.stringMatching(/\S/) as string });
  });

  it('has no other way in: a GET with a body is nothing here', async () => {
    const answer = await request(`${story.url}/api/intent/gate`, { method: 'GET', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    expect(answer.statusCode).toBe(404);
    expect(await answer.body.json()).toMatchObject({ code: 'request.not-found' });
  });
});

describe('a branch that may not be merged', () => {
  let app: MadeGuest;
  beforeAll(async () => { app = await makeGuest(story); });

  it('P30 says no to a branch that NetBox does not have', async () => {
    const answer = await askGate(story, { body: { ...body, branchId: 999_999 } });
    expect(answer.status).toBe(200);
    expect(saysNo(answer)).toContain('has no branch 999999');
  });

  it('P1, P12 says no when the branch is not the one that NetBox asked about any more', async () => {
    const branch = await vmBranch();
    const asked = await question(branch);
    await newVm(story, branch);
    expect(saysNo(await askGate(story, { body: asked }))).toContain('The branch changed while it was planned');
    expect((await askGate(story, { body: await question(branch) })).json).toMatchObject({ permitted: true });
  });

  it('P30 says no while it is still planning, long before the plugin gives up, and yes a moment later', async () => {
    const branch = await vmBranch();
    await story.proxmox('leipzig').fault({ path: 'cluster/resources' }, { delayMillis: 3500 }, 1);
    const asked = await question(branch);
    expect(saysNo(await askGate(story, { body: asked }))).toContain('Still planning');
    // The plan that was begun is the one that answers: nothing is planned twice.
    expect((await planOf(story, branch.id)).status).toBe(201);
    expect((await askGate(story, { body: asked })).json).toMatchObject({ permitted: true });
  });

  it('says why a plan is refused, guest by guest, with what was observed and what to do', async () => {
    const branch = await makeBranch(story, [changes(app, { vcpus: 500 })]);
    const message = saysNo(await askGate(story, { body: await question(branch) }));
    expect(message).toContain(`VM ${app.name}: 500 cores on node pve2 with 16. Take fewer cores or another node. (size.within-limits)`);
    const job = await story.merge(branch.id);
    expect([job.status.value, job.error]).toEqual(['errored', expect.stringContaining('500 cores on node pve2 with 16')]);
    expect(await story.owner.rows('select 1 from merges where branch_id = $1', [branch.id])).toEqual([]);
  });

  it('P31 says no while Sluice is frozen, although the plan is ready', async () => {
    const branch = await vmBranch();
    await planOf(story, branch.id);
    expect((await engineer.post('/api/freeze', { reason: 'something smells' })).status).toBe(200);
    try {
      expect(saysNo(await askGate(story, { body: await question(branch) }))).toContain('Sluice is frozen');
    } finally {
      expect((await approver.post('/api/unfreeze', { reason: 'it was the coffee' })).status).toBe(200);
    }
    expect((await askGate(story, { body: await question(branch) })).json).toMatchObject({ permitted: true });
  });

  it('P8 never answers from a plan whose time has passed: it plans anew', async () => {
    const branch = await vmBranch();
    const first = await planOf(story, branch.id);
    await passTime(story, 61);
    const answer = await askGate(story, { body: await question(branch) });
    expect(answer.json).toMatchObject({ permitted: true });
    expect(answer.json['planId']).not.toBe(first.body.id);
    // P1: the same branch against the same world is the same digest, whatever the hour.
    expect(answer.json['digest']).toBe(first.body.digest);
  });

  it('P30 says no when NetBox answers HTML, cuts the connection or is too slow', async () => {
    for (const [fault, said] of [['html', 'could not be read'], ['reset', 'could not be read'], [{ status: 500 }, 'could not be read'], [{ delayMillis: 3500 }, 'Still planning']] as const) {
      const branch = await vmBranch();
      const asked = await question(branch);
      await story.netboxLab.fault({ match: { path: 'plugins/branching/(branches|changes)' }, fault, times: 50 });
      expect(saysNo(await askGate(story, { body: asked }))).toContain(said);
      await story.netboxLab.clearFaults();
    }
  });

  it.each([['cuts every connection', 'connection-reset-before'], ['answers HTML', 'html'], ['answers half of it', 'truncated'], ['says 500', { status: 500 }], ['says 403', { status: 403 }]] as const)('P5, P30 says no when Proxmox %s, and what it saw', async (_name, fault) => {
    const branch = await makeBranch(story, [changes(app, { memory: 2048 })]);
    const asked = await question(branch);
    await story.proxmox('leipzig').fault({ method: 'GET' }, fault, 1000);
    const message = saysNo(await askGate(story, { body: asked }));
    expect(message).toMatch(/observation\.incomplete|is not known|Still planning/);
    await story.proxmox('leipzig').lift();
  });

  it('P13, P30 says no to a deletion of a guest that is another one by now', async () => {
    const gone = await makeGuest(story);
    const branch = await makeBranch(story, deletes(gone));
    await story.proxmox('leipzig').act({ act: 'recycle', vmid: gone.vmid, pool: 'same' });
    expect(saysNo(await askGate(story, { body: await question(branch) }))).toMatch(/meant uuid .*; now .*guest\.identity/);
  });

  it('keeps every answer, yes and no, in the journal', async () => {
    const { asked, told } = await story.owner.one<{ asked: number; told: number }>(`select (select count(*) from gate_answers)::int as asked, (select count(*) from journal_entries where kind in ('gate.permitted', 'gate.refused'))::int as told`);
    expect(asked).toBeGreaterThan(10);
    expect(told).toBe(asked);
  });
});
