// Who lives: pids are used again, after a restart of a container most of all, so an owner is named by pid and start time.
import { readFileSync } from 'node:fs';

export const readText = (file: string): string | null => {
  try { return readFileSync(file, 'utf8'); } catch { return null; }
};

export const isAlive = (pid: number): boolean => {
  try { process.kill(pid, 0); return true; } catch (trouble) { return (trouble as NodeJS.ErrnoException).code === 'EPERM'; }
};

/** Fields of /proc/PID/stat after the name, which may hold spaces and brackets; null where there is no /proc. */
const statFields = (pid: number): readonly string[] | null => readText(`/proc/${pid}/stat`)?.replace(/^.*\) /s, '').split(' ') ?? null;

export const isZombie = (pid: number): boolean => statFields(pid)?.[0] === 'Z';

/** A name of a process that no later one with the same pid has (field 22 of /proc/PID/stat: start in ticks since boot). */
export const nameOfProcess = (pid: number): string => `${pid} ${statFields(pid)?.[19] ?? '-'}`;

/** Whether the process that wrote `name` (see nameOfProcess) still runs. */
export function stillRuns(name: string | null): boolean {
  const pid = Number(name?.split(' ')[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && !isZombie(pid) && nameOfProcess(pid) === name?.trim();
}
