import { Agent } from 'node:http';
import { makeLog } from '.';

const canary = 'canary51c0ffee';
const written = (pretty = false): { lines: string[]; log: ReturnType<typeof makeLog> } => {
  const lines: string[] = [];
  return { lines, log: makeLog({ level: 'info', pretty }, { write: (line: string) => void lines.push(line) }) };
};

describe('the log', () => {
  it('writes one JSON line with level, time, text and bindings', () => {
    const { lines, log } = written();
    log.warn({ job: 'j1', seconds: 3n }, 'the job waits');
    expect(JSON.parse(lines[0] ?? '')).toEqual({ level: 40, time: expect.stringMatching(/^\d{4}-.*Z$/), job: 'j1', seconds: '3', msg: 'the job waits' });
  });

  it('P40 writes no secret, wherever it stands: key, nested key, text, error, cause, header, cookie, map', () => {
    const { lines, log } = written();
    const error = new Error(`NetBox said no to Token ${canary}${canary}`, { cause: new Error(`Bearer ${canary}`) });
    log.error({ token: canary, deep: { list: [{ password: canary }] }, error, headers: { authorization: canary, Cookie: `sluice_session=${canary}` }, map: new Map([['x', { secret: canary }]]) }, `PVEAPIToken=a@pve!b=${canary} failed, password: ${canary}`);
    log.info(error, 'an error as bindings');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).not.toContain(canary);
    expect(lines[0]).toContain('[removed]');
    expect(lines[1]).toContain('NetBox said no');
  });

  it('names a connection instead of writing down what is in it', () => {
    const { lines, log } = written();
    log.info({ agent: new Agent() }, 'connected');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ agent: '[Agent]' });
  });

  it('ends cycles and depth instead of failing the caller', () => {
    const { lines, log } = written();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    log.info({ loop }, 'around');
    expect(lines[0]).toContain('[deeper]');
  });

  it('is one readable line for a person, and keeps quiet below its level', () => {
    const { lines, log } = written(true);
    log.info({ url: 'http://127.0.0.1:8080', why: 'two words' }, 'Sluice listens');
    makeLog({ level: 'error', pretty: true }, { write: (line: string) => void lines.push(line) }).warn({}, 'not written');
    expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d info  Sluice listens url=http:\/\/127\.0\.0\.1:8080 why="two words"\n$/)]);
  });
});
