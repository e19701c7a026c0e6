import { Worker } from './worker';

/** A worker with one job that passes both places and a second task; `done` tells how far they came. */
function working(): { readonly worker: Worker; readonly done: string[] } {
  const [worker, done]: [Worker, string[]] = [new Worker(), []];
  return { worker, done };
}

function give(worker: Worker, done: string[]): void {
  worker.add(async () => {
    done.push('begun');
    await worker.pass('work');
    done.push('working');
    await worker.pass('replay');
    done.push('ended');
  });
  worker.add(async () => void done.push(await Promise.resolve('next')));
}

describe('The one worker', () => {
  it('does what is queued, in order', async () => {
    const { worker, done } = working();
    give(worker, done);
    await worker.idle();
    expect(done).toEqual(['begun', 'working', 'ended', 'next']);
  });

  it('goes from place to place as it is told, and is idle at each', async () => {
    const { worker, done } = working();
    worker.holdBefore('job');
    give(worker, done);
    const seen = [[...done]];
    for (const place of ['work', 'replay', 'job'] as const) {
      worker.holdBefore(place);
      await worker.idle();
      seen.push([...done]);
    }
    worker.release();
    await worker.idle();
    expect(seen).toEqual([[], ['begun'], ['begun', 'working'], ['begun', 'working', 'ended']]);
    expect(done.at(-1)).toBe('next');
  });

  it('ends what it stands in when it is closed, and begins nothing more', async () => {
    const { worker, done } = working();
    worker.holdBefore('work');
    give(worker, done);
    await worker.idle();
    await worker.close();
    expect(done).toEqual(['begun', 'working', 'ended']);
  });
});
