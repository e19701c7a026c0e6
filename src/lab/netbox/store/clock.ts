// The simulated server's clock: microseconds, strictly rising (change logs are ordered by time), and movable by a test.

export interface Clock {
  /** Now as `2026-11-20T19:30:41.428142Z`; never the same value twice. */
  now(): string;
  /** Moves the clock forward; going back is refused because change logs are ordered by it. */
  advance(seconds: number): void;
  readonly advancedSeconds: number;
}

export function openClock(alreadyAdvanced = 0): Clock {
  let advanced = alreadyAdvanced;
  let last = 0n;
  return {
    now() {
      const wall = BigInt(Date.now()) * 1000n + BigInt(Math.round(advanced * 1e6));
      last = wall > last ? wall : last + 1n;
      return `${new Date(Number(last / 1000n)).toISOString().slice(0, -1)}${String(last % 1000n).padStart(3, '0')}Z`;
    },
    advance(seconds) {
      if (!(seconds >= 0)) throw new RangeError(`the clock only goes forward; ${seconds} seconds were asked`);
      advanced += seconds;
    },
    get advancedSeconds() {
      return advanced;
    },
  };
}

/** Milliseconds only, as Django's JSON encoder prints times in change data: `2026-11-20T19:30:41.428Z`. */
export const milliseconds = (time: string): string => time.replace(/(\.\d{3})\d{3}Z$/, '$1Z');
/** What comes back when change data is replayed: the lost microseconds are zeros. */
export const fromMilliseconds = (time: string): string => time.replace(/(\.\d{3})Z$/, '$1000Z');
