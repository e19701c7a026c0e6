import { silentLog } from './log';
import { Shutdown } from './shutdown';

describe('Shutdown', () => {
  it('stops what was started last first, each once, however often it is asked', async () => {
    const order: string[] = [];
    const shutdown = new Shutdown({ log: silentLog });
    shutdown.onStop('database', () => void order.push('database'));
    shutdown.onStop('http', async () => { await Promise.resolve(); order.push('http'); });
    await Promise.all([shutdown.stop('a'), shutdown.stop('b')]);
    expect(order).toEqual(['http', 'database']);
  });

  it('goes on when a part fails, and says so at the end', async () => {
    const order: string[] = [];
    const shutdown = new Shutdown({ log: silentLog });
    shutdown.onStop('database', () => void order.push('database'));
    shutdown.onStop('queue', () => { throw new Error('no'); });
    await expect(shutdown.stop('x')).rejects.toThrow('did not stop cleanly: queue');
    expect(order).toEqual(['database']);
  });

  it('names the part that does not stop in time', async () => {
    const shutdown = new Shutdown({ log: silentLog, patienceMillis: 20 });
    shutdown.onStop('worker', () => new Promise(() => undefined));
    await expect(shutdown.stop('x')).rejects.toThrow('worker did not stop within 20 ms');
  });

  it('ends with 0 after a first signal and at once with 1 after a second', async () => {
    const codes: number[] = [];
    const ended = new Promise<void>((resolve) => {
      const shutdown = new Shutdown({ log: silentLog, exit: (code) => { codes.push(code); if (code === 0) resolve(); } });
      let release = (): void => undefined;
      shutdown.onStop('slow', () => new Promise<void>((done) => { release = done; }));
      const unhear = shutdown.listen();
      process.emit('SIGTERM', 'SIGTERM');
      process.emit('SIGTERM', 'SIGTERM');
      unhear();
      setImmediate(() => release());
    });
    await ended;
    expect(codes).toEqual([1, 0]);
  });
});
