import { createHmac } from 'node:crypto';
import { verifyHook } from './hook';

const secret = 'a shared secret';
const sign = (body: string, key = secret): string => createHmac('sha512', key).update(body).digest('hex');
const delivery = (event: string, data: object = {}, top: object = {}): string =>
  JSON.stringify({ event, timestamp: '2026-11-20T19:31:12.986951+00:00', object_type: 'netbox_branching.branch', username: 'bob', request_id: null, data: { id: 4, name: 'b', schema_id: 'abcdefgh', merged_time: '2026-11-20T19:31:12.954Z', ...data }, ...top });
const verify = (body: string, signature: string | null = sign(body), key = secret) => verifyHook(key, Buffer.from(body), signature);
const codeOf = (result: ReturnType<typeof verifyHook>): string => (result.ok ? 'ok' : result.error.code);

describe('a webhook of NetBox', () => {
  it('P33 names one merge by branch and merged_time, however often it is delivered', () => {
    const body = delivery('branch_merged');
    expect(verify(body)).toMatchObject({ ok: true, value: { kind: 'merged', branchId: 4, schemaId: 'abcdefgh', username: 'bob', timestamp: '2026-11-20T19:31:12.986951Z', mergedTime: '2026-11-20T19:31:12.954000Z', key: 'merged:4:2026-11-20T19:31:12.954000Z' } });
    const again = delivery('branch_merged', {}, { timestamp: '2026-11-20T20:00:00Z' });
    const [first, second] = [verify(body), verify(again)];
    expect(first.ok && second.ok && 'key' in first.value && 'key' in second.value && first.value.key === second.value.key).toBe(true);
  });

  it('reads a revert, whose merged_time is wiped', () => {
    expect(verify(delivery('branch_reverted', { merged_time: null }))).toMatchObject({ ok: true, value: { kind: 'reverted', branchId: 4, mergedTime: null } });
  });

  it('passes genuine events that start nothing as such', () => {
    expect(verify(delivery('branch_synced'))).toMatchObject({ ok: true, value: { kind: 'other', event: 'branch_synced' } });
    expect(verify(JSON.stringify({ event: 'job_ended', timestamp: '2026-11-20T19:31:12Z', data: { log: [] } }))).toMatchObject({ ok: true, value: { kind: 'other' } });
  });

  it('refuses every byte that was not signed', () => {
    const body = delivery('branch_merged');
    for (let at = 0; at < body.length; at += 37) {
      const bytes = Buffer.from(body);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(codeOf(verifyHook(secret, bytes, sign(body)))).toBe('hook.signature');
    }
  });

  it.each([
    ['no signature', null, 'hook.unsigned'], ['an empty one', '', 'hook.unsigned'], ['one that is no hex', 'zz', 'hook.signature'],
    ['half of it', sign(delivery('branch_merged')).slice(0, 64), 'hook.signature'], ['that of another secret', sign(delivery('branch_merged'), 'x'), 'hook.signature'],
    ['SHA-256 of it', createHmac('sha256', secret).update(delivery('branch_merged')).digest('hex'), 'hook.signature'],
  ])('P30 refuses %s', (_name, signature, code) => expect(codeOf(verify(delivery('branch_merged'), signature))).toBe(code));

  it('P30 refuses everything where no secret is configured, even a signature by the empty one', () => {
    const body = delivery('branch_merged');
    expect(codeOf(verify(body, sign(body, ''), ''))).toBe('hook.no-secret');
  });

  it.each([
    ['no JSON', 'branch_merged'], ['a list', '[]'], ['no time', JSON.stringify({ event: 'branch_merged' })], ['no branch', delivery('branch_merged', { id: null })],
    ['another object', delivery('branch_merged', {}, { object_type: 'dcim.site' })], ['a merge without its time', delivery('branch_merged', { merged_time: null })],
  ])('P30 refuses a signed body with %s', (_name, body) => expect(codeOf(verify(body))).toBe('hook.unreadable'));
});
