// Two starts at once must not both initialise. The holder is a process by pid and start time, so that a killed one, or one
// of a former container, never blocks the next start.
import { setTimeout as delay } from 'node:timers/promises';
import { readFileSync, renameSync, rmSync, writeFileSync, linkSync } from 'node:fs';
import { join } from 'node:path';
import { CannotStart } from '../cannot-start';
import { nameOfProcess, readText, stillRuns } from './process-facts';

const patienceMillis = 60_000;

/** Waits until this process alone may start or stop the server in `home`; the result gives the lock back. */
export async function lockHome(home: string): Promise<() => void> {
  const file = join(home, 'start.lock');
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, nameOfProcess(process.pid));
  const until = Date.now() + patienceMillis;
  try {
    for (;;) {
      try {
        linkSync(mine, file);
        return () => rmSync(file, { force: true });
      } catch (trouble) {
        if ((trouble as NodeJS.ErrnoException).code !== 'EEXIST') throw trouble;
      }
      const holder = readText(file);
      if (holder !== null && !stillRuns(holder)) setAside(file, holder, `${mine}.stale`);
      else if (Date.now() > until) throw new CannotStart(`Another Sluice (pid ${holder?.split(' ')[0]}) has been starting in ${home} for a minute. Look at it, or remove ${file}.`);
      else await delay(30);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes a dead holder's lock; if another process replaced it in between, its lock is put back. */
function setAside(file: string, seen: string, aside: string): void {
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== seen) linkSync(aside, file);
  } catch {
    // Somebody else was faster: the next round looks again.
  } finally {
    rmSync(aside, { force: true });
  }
}
