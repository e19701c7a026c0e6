import { Ticks, type Tick } from './ticks';

describe('ticks', () => {
  const warned: unknown[] = [];
  const ticks = new Ticks({ warn: (context: unknown) => void warned.push(context) });

  it('leaves out a tick that is still running, alone, and fires it again when it has ended', async () => {
    let [slow, quick, end]: [number, number, () => void] = [0, 0, () => undefined];
    const slowTick: Tick = { name: 'slow', everyMillis: 1, run: () => { slow += 1; return new Promise((resolve) => { end = resolve; }); } };
    const quickTick: Tick = { name: 'quick', everyMillis: 1, run: () => { quick += 1; return Promise.resolve(); } };
    for (let n = 0; n < 3; n += 1) ticks.fire(slowTick);
    ticks.fire(quickTick);
    expect([slow, quick]).toEqual([1, 1]);
    end();
    await ticks.settled();
    ticks.fire(slowTick);
    expect(slow).toBe(2);
    end();
    await ticks.settled();
  });

  it('fires a tick again that failed, and says that it did', async () => {
    let fired = 0;
    const failing: Tick = { name: 'failing', everyMillis: 1, run: () => { fired += 1; return Promise.reject(new Error('no database')); } };
    for (let n = 0; n < 2; n += 1) { ticks.fire(failing); await ticks.settled(); }
    expect([fired, warned.length]).toEqual([2, 2]);
  });
});
