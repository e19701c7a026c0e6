import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a state by looking, with a deadline; never for a length of time. The last look's error is told at the deadline. */
export async function until(holds: () => boolean | Promise<boolean>, what = 'the awaited state', deadlineMillis = 10_000): Promise<void> {
  const end = Date.now() + deadlineMillis;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`${what} did not come within ${deadlineMillis} ms`);
    await delay(10);
  }
}
