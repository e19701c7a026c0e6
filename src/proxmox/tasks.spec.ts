import { no, ok, type Observed, type Upid } from '../kernel';
import type { TaskState } from './ports';
import { taskEnd } from './task-end';
import { followTask } from './tasks';
import { describeRecorded, recordedProxmox } from '../../test/setup/recordings';

const upid = 'UPID:pve1:0001E240:00BC614E:6774A5C0:qmcreate:100:u@pve!t:' as Upid;
const running: Observed<TaskState> = ok({ running: true, exitstatus: null });
const ended = (exitstatus: string | null): Observed<TaskState> => ok({ running: false, exitstatus });
const hidden = (text: string): Observed<never> => no({ kind: 'transient', where: 'task', text });
const unknownTask = hidden('400 Parameter verification failed. upid: no such task');

/** A task that answers what the test says, look by look, with a clock that only the pauses move. */
function follow(states: readonly Observed<TaskState>[], pages: (look: number) => Observed<readonly string[]>, patienceMillis?: number) {
  let look = 0;
  let clock = 0;
  const pauses: number[] = [];
  const lines: string[] = [];
  const end = followTask(
    {
      taskState: () => Promise.resolve(states[Math.min(look++, states.length - 1)] ?? running),
      taskLog: (_upid, from) => {
        const page = pages(look);
        return Promise.resolve(page.ok ? ok({ lines: page.value.slice(from), total: page.value.length }) : page);
      },
    },
    upid,
    { onLine: (line) => lines.push(line), now: () => clock, pause: (millis) => { pauses.push(millis); clock += millis; return Promise.resolve(); }, ...(patienceMillis === undefined ? {} : { patienceMillis }) },
  );
  return end.then((value) => ({ end: value, lines, pauses, clock }));
}

describe('following a task', () => {
  it('P11 hands on each line once and ends by the exit status', async () => {
    const log = ['a', 'b', 'c', 'TASK OK'];
    const { end, lines, pauses } = await follow([running, running, running, ended('OK')], (look) => ok(look < 4 ? log.slice(0, look) : log));
    expect(end).toEqual({ kind: 'ok', warnings: 0, leftBehind: [], log });
    expect(lines).toEqual(log);
    expect(pauses).toEqual([50, 100, 200]);
  });

  it('looks at most once a second at a long task', async () => {
    const { pauses } = await follow([...Array.from({ length: 20 }, () => running), ended('OK')], () => ok([]));
    expect(Math.max(...pauses)).toBe(1000);
  });

  it('waits for a task that is not listed yet, and only so long', async () => {
    expect((await follow([unknownTask, unknownTask, ended('OK')], () => ok([]))).end.kind).toBe('ok');
    const { end, clock } = await follow([unknownTask], () => ok([]));
    expect(end).toMatchObject({ kind: 'lost', text: expect.stringContaining('no such task') as string });
    expect(clock).toBeGreaterThanOrEqual(10_000);
    expect(clock).toBeLessThan(12_000);
  });

  it('P26 keeps looking while its node is down, and gives up as lost, never as failed', async () => {
    const down = hidden('595 No route to host');
    expect((await follow([running, ...Array.from({ length: 300 }, () => down), ended('unexpected status')], () => ok([]))).end.kind).toBe('lost');
    const back = await follow([...Array.from({ length: 300 }, () => down), ended('OK')], () => ok([]));
    expect(back.end.kind).toBe('ok');
    const { end, clock } = await follow([running, down], () => ok([]), 60_000);
    expect(end.kind).toBe('lost');
    expect(clock).toBeGreaterThanOrEqual(60_000);
    expect(clock).toBeLessThan(62_000);
  });

  it('counts its patience from the last time the task was seen', async () => {
    const down = hidden('595 No route to host');
    const { end, clock } = await follow([...Array.from({ length: 5 }, () => down), running, ...Array.from({ length: 4 }, () => down), running, ...Array.from({ length: 4 }, () => down), ended('OK')], () => ok([]), 5000);
    expect(end.kind).toBe('ok');
    expect(clock).toBeGreaterThan(10_000);
  });

  it('loses no end because its log cannot be read, and reads a log that came back', async () => {
    expect((await follow([ended('OK')], () => hidden('500 no'))).end).toEqual({ kind: 'ok', warnings: 0, leftBehind: [], log: [] });
    expect((await follow([running, ended('OK')], (look) => (look < 2 ? hidden('500 no') : ok(['x', 'TASK OK'])))).lines).toEqual(['x', 'TASK OK']);
  });

  it('P40 removes secrets from lines', async () => {
    const { lines, end } = await follow([ended('OK')], () => ok(['set password: hunter2']));
    expect(lines).toEqual(['set password: [removed]']);
    expect(end).toMatchObject({ log: ['set password: [removed]'] });
  });

  it('keeps the end of a long log', async () => {
    const { end } = await follow([ended('OK')], () => ok(Array.from({ length: 1200 }, (_x, n) => `line ${n}`)));
    expect(end.kind === 'ok' ? [end.log.length, end.log.at(-1)] : null).toEqual([500, 'line 1199']);
  });
});

describe('from an exit status to the end of a task', () => {
  it.each([
    ['OK', 'ok'], ['WARNINGS: 2', 'ok'], ['WARNINGS: 2 and more', 'failed'], ['ok', 'failed'], ['unexpected status', 'lost'], ['', 'lost'], ['unable to get last line from task log - x', 'lost'],
    ['VM is locked (backup)', 'refused'], ["can't remove VM 100 - protection mode enabled", 'refused'], ['VM 100 is running - destroy failed', 'refused'], ['checksum mismatch (file change by other user?)', 'refused'], ['VM 100 already running', 'refused'],
    ["can't lock file '/var/lock/x' - got timeout", 'failed'], ['VM quit/powerdown failed - got timeout', 'failed'], ['received interrupt', 'failed'], ["base volume 'x' is still in use by linked clones", 'failed'], ['something - VM is locked (backup)', 'failed'],
  ])('%j ends %s', (exitstatus, kind) => {
    expect(taskEnd(exitstatus, []).kind).toBe(kind);
  });

  describeRecorded('proxmox', 'recorded tasks of Proxmox VE 8.4', () => {
    it('P11 calls a task well ended exactly when Proxmox does', () => {
      // The recorder cut logs at 200 lines.
      const tasks = recordedProxmox().filter((each) => each.exitstatus !== null && each.taskLog.length < 200);
      expect(tasks.length).toBeGreaterThan(100);
      for (const each of tasks) expect([each.seq, taskEnd(each.exitstatus ?? '', []).kind === 'ok']).toEqual([each.seq, /^TASK (OK|WARNINGS: \d+)$/.test(each.taskLog.at(-1) ?? '')]);
    });

    it('knows the recorded early refusals, and takes a failed shutdown for no refusal', () => {
      const kindOf = (seq: number): string => taskEnd(recordedProxmox().find((each) => each.seq === seq)?.exitstatus ?? 'missing', []).kind;
      expect([167, 245, 274, 276, 422].map(kindOf)).toEqual(['refused', 'refused', 'refused', 'refused', 'refused']);
      expect([180, 197, 682, 686].map(kindOf)).toEqual(['failed', 'failed', 'failed', 'failed']);
    });
  });
});
