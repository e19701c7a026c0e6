import * as fc from 'fast-check';
import { answerText, readAnswer, type Answered, type Exchange } from './exchange';
import { asUpid, observed, writeOutcome } from './outcome';
import type { WriteRequest } from './requests';
import { ok } from '../kernel';
import { describeRecorded, recordedProxmox, type RecordedProxmox } from '../../test/setup/recordings';

type Asked = Pick<WriteRequest, 'answer' | 'config'>;
const task: Asked = { answer: 'task', config: null };
const nothing: Asked = { answer: 'nothing', config: null };
const qemu: Asked = { answer: 'nothing', config: 'qemu' };
const lxc: Asked = { answer: 'nothing', config: 'lxc' };
const upid = 'UPID:pve1:0001E240:00BC614E:6774A5C0:qmstart:100:u@pve!t:';

const said = (status: number, message: string, errors?: Readonly<Record<string, string>>): Exchange => readAnswer({ status, reason: message.split('\n')[0] ?? '', location: null, body: JSON.stringify({ data: null, message: `${message}\n`, ...(errors === undefined ? {} : { errors }) }) });
const bare = (status: number, reason: string, body = ''): Exchange => readAnswer({ status, reason, location: null, body });
const good = (data: unknown): Exchange => readAnswer({ status: 200, reason: 'OK', location: null, body: JSON.stringify({ data }) });

const table: readonly (readonly [string, Exchange, Asked, string])[] = [
  ['a UPID', good(upid), task, 'started'],
  ['null for a synchronous write', good(null), nothing, 'applied'],
  ['a UPID where null was expected', good(upid), nothing, 'started'],
  ['null where a UPID was expected', good(null), task, 'unknown'],
  ['something else', good('done'), nothing, 'unknown'],
  ['an unparsable 200', bare(200, 'OK', '<html>welcome</html>'), task, 'unknown'],
  ['a truncated 200', bare(200, 'OK', '{"data":"UPID:pve1'), task, 'unknown'],
  ['400 of the schema', said(400, 'Parameter verification failed.', { cores: 'value must have a minimum value of 1' }), qemu, 'not-applied'],
  ['400 hotplug', said(400, 'Parameter verification failed.', { net0: 'hotplug problem - x\n' }), qemu, 'partly-applied'],
  ['400 pending', said(400, 'Parameter verification failed.', { cores: 'unable to apply pending change cores : x' }), lxc, 'partly-applied'],
  ['400 hotplug text on a verb', said(400, 'Parameter verification failed.', { net0: 'hotplug problem - x' }), task, 'not-applied'],
  ['401 without a body', bare(401, 'Authentication failed!'), qemu, 'not-applied'],
  ['403 on a verb', said(403, 'Permission check failed (/vms/100, VM.PowerMgmt)'), task, 'not-applied'],
  ['403 on a qemu configuration', said(403, 'Permission check failed (/vms/100, VM.Config.CPU)'), qemu, 'partly-applied'],
  ['403 on a container configuration', said(403, 'Permission check failed (/vms/100, VM.Config.CPU)'), lxc, 'not-applied'],
  ['501', said(501, "Method 'POST /x' not implemented"), task, 'not-applied'],
  ['506', bare(506, "upload 'Content-Type 'text/plain' not implemented"), task, 'not-applied'],
  ['a redirect to HTTPS', readAnswer({ status: 308, reason: 'Permanent Redirect', location: 'https://pve1:8006/', body: '' }), task, 'not-applied'],
  ['500 checksum', said(500, 'checksum mismatch (file change by other user?)'), qemu, 'not-applied'],
  ['500 modified', said(500, 'detected modified configuration - file changed by other user? Try again.'), lxc, 'not-applied'],
  ['500 protection', said(500, "can't remove VM 100 - protection mode enabled"), task, 'not-applied'],
  ['500 something on a configuration', said(500, 'lvcreate failed'), qemu, 'partly-applied'],
  ['500 something before a task', said(500, 'something'), task, 'not-applied'],
  ['500 something on an ACL', said(500, 'ACL update failed: Input/output error'), nothing, 'unknown'],
  ['500 refused grant', said(500, "ACL update failed: 400 Parameter verification failed.\nrole: Cannot add role 'x'"), nothing, 'not-applied'],
  ['500 of a gateway', bare(500, 'Internal Server Error', '<html></html>'), task, 'unknown'],
  ['502', bare(502, 'Bad Gateway', '<html></html>'), task, 'unknown'],
  ['595', bare(595, 'Connection refused'), qemu, 'not-applied'],
  ['596', bare(596, 'Broken pipe'), qemu, 'unknown'],
  ['597', bare(597, ''), task, 'unknown'],
  ['599', bare(599, 'Too many redirections'), task, 'unknown'],
  ['a reset', { kind: 'lost', text: 'ECONNRESET', timedOut: false }, task, 'unknown'],
  ['silence', { kind: 'lost', text: 'no answer', timedOut: true }, nothing, 'unknown'],
  ['a refused connection', { kind: 'not-sent', text: 'ECONNREFUSED', passing: true }, task, 'not-applied'],
];

describe('from an answer to the class of its outcome', () => {
  it.each(table)('%s', (_name, exchange, asked, expected) => {
    expect(writeOutcome(exchange, asked).class).toBe(expected);
  });

  it.each([
    ["can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", true], ['got no worker upid - start worker failed', true], ['cluster not ready - no quorum?', true], ["update pools failed: cfs-lock 'file-user_cfg' error: got lock request timeout", true],
    ['VM is locked (backup)', false], ['VM 100 is running - destroy failed', false],
  ])('calls %j passing: %s', (text, transient) => {
    for (const asked of [task, nothing, qemu]) expect(writeOutcome(said(500, text), asked)).toMatchObject({ class: 'not-applied', transient });
  });

  it('P26 P30 never calls an answer applied that is not a 200 of Proxmox with the expected data', () => {
    fc.assert(fc.property(fc.integer({ min: 100, max: 599 }), fc.string(), fc.oneof(fc.string(), fc.json()), fc.constantFrom(task, nothing, qemu, lxc), (status, reason, body, asked) => {
      const outcome = writeOutcome(readAnswer({ status, reason, location: null, body }), asked);
      if (outcome.class === 'applied' || outcome.class === 'started') {
        expect(status).toBe(200);
        expect((JSON.parse(body) as { data: unknown }).data ?? null).toBe(outcome.class === 'started' ? outcome.upid : null);
      }
      if (status >= 502 && status !== 506 && status !== 595) expect(outcome.class).toBe('unknown');
    }));
  });

  it('keeps all lines of a message and trims the errors', () => {
    expect(answerText(said(400, 'Parameter verification failed.', { vmid: 'bad\n' }) as Answered)).toBe('Parameter verification failed. vmid: bad');
    expect((said(500, 'line one\nline two') as Answered).message).toBe('line one\nline two');
    expect((bare(401, 'Authentication failed!') as Answered).message).toBe('Authentication failed!');
  });

  it('P41 takes a read for an observation only when it is a 200', () => {
    const read = (exchange: Exchange) => observed(exchange, 'here', (data) => ok(data));
    expect(read(good([]))).toEqual(ok([]));
    expect(read(said(403, 'no'))).toMatchObject({ ok: false, error: { kind: 'not-observed', text: '403 no' } });
    for (const status of [429, 502, 503, 595, 596]) expect(read(bare(status, 'x'))).toMatchObject({ ok: false, error: { kind: 'transient' } });
    expect(read({ kind: 'lost', text: 'reset', timedOut: false })).toMatchObject({ ok: false, error: { kind: 'transient' } });
  });
});

describeRecorded('proxmox', 'recorded answers of Proxmox VE 8.4', () => {
  const exchanges = recordedProxmox();
  const ours = exchanges.filter((each) => /^\/nodes\/[^/]+\/(?:qemu|lxc)(?:\/\d+(?:\/config|\/status\/(?:start|stop|shutdown))?)?$/.test(each.path) || ((each.path === '/access/acl' || each.path === '/pools/p1') && each.method === 'PUT'))
    .filter((each) => each.method !== 'GET' && each.method !== 'PATCH' && !(each.method === 'POST' && each.path.endsWith('/config')));
  const askedBy = (each: RecordedProxmox): Asked => {
    const [, kind, tail] = /\/(qemu|lxc)(?:\/\d+(.*))?$/.exec(each.path) ?? [];
    if (each.method === 'PUT' && tail === '/config') return { answer: 'nothing', config: kind === 'lxc' ? 'lxc' : 'qemu' };
    return each.method === 'PUT' ? nothing : task;
  };
  const outcomeOf = (each: RecordedProxmox) => writeOutcome(readAnswer({ status: each.status, reason: each.reason, location: null, body: each.body }), askedBy(each));
  const bySeq = (seq: number): RecordedProxmox => exchanges.find((each) => each.seq === seq) ?? (() => { throw new Error(`no recording ${seq}`); })();

  it('finds the writes that Sluice makes among them', () => {
    expect(ours.length).toBeGreaterThan(200);
  });

  it('P26 takes no success for a failure and no failure for a success', () => {
    for (const each of ours) {
      const outcome = outcomeOf(each);
      if (each.status === 200) expect([each.seq, ['applied', 'started']]).toEqual([each.seq, expect.arrayContaining([outcome.class])]);
      else expect([each.seq, outcome.class === 'applied' || outcome.class === 'started']).toEqual([each.seq, false]);
      if (each.status === 200 && askedBy(each).answer === 'task') expect([each.seq, outcome]).toEqual([each.seq, { class: 'started', upid: asUpid((JSON.parse(each.body) as { data: string }).data) }]);
    }
  });

  it.each([
    ['wrong digest', 94, 'not-applied'], ['wrong digest of a container', 365, 'not-applied'], ['locked', 272, 'not-applied'], ['protected', 258, 'not-applied'], ['protected container', 417, 'not-applied'], ['running', 261, 'not-applied'], ['missing guest', 256, 'not-applied'],
    ['no options', 102, 'not-applied'], ['401 without a body', 467, 'not-applied'], ['403 on a verb', 482, 'not-applied'], ['403 on a destroy', 489, 'not-applied'], ['403 on a configuration', 487, 'partly-applied'], ['595', 675, 'not-applied'],
    ['hotplug', 617, 'partly-applied'], ['no quorum half-way', 681, 'partly-applied'], ['schema', 105, 'not-applied'],
  ])('%s (recording %i) is %s', (_name, seq, expected) => {
    expect(outcomeOf(bySeq(seq)).class).toBe(expected);
  });

  it('calls a busy lock and a lost quorum passing', () => {
    for (const seq of [310, 684]) expect(outcomeOf(bySeq(seq))).toMatchObject({ class: 'not-applied', transient: true });
  });

  it('P26 leaves a 596 unknown', () => {
    const lost = exchanges.find((each) => each.status === 596);
    expect(lost === undefined ? null : writeOutcome(readAnswer({ status: 596, reason: lost.reason, location: null, body: lost.body }), task).class).toBe('unknown');
  });
});
