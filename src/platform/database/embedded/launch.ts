// Starts one server process. It is detached, so that Ctrl-C ends Sluice first and the database after it.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { RunAs } from './run-as';
import { readText } from './process-facts';

export interface Launched { readonly port: number; readonly pid: number | undefined; exited(): boolean }

export interface LaunchOptions { readonly binaries: string; readonly home: string; readonly data: string; readonly runAs: RunAs | null; readonly fsync: boolean }

const settingsFor = (fsync: boolean): readonly string[] => [
  'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'shared_buffers=64MB', 'timezone=UTC', 'log_timezone=UTC', 'log_min_messages=warning', 'jit=off',
  ...(fsync ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off']),
];

export async function launch({ binaries, home, data, runAs, fsync }: LaunchOptions): Promise<Launched> {
  const port = await freePort();
  const log = openSync(join(home, 'postgres.log'), 'a');
  const child = spawn(join(binaries, 'bin', 'postgres'), ['-D', data, '-p', String(port), ...settingsFor(fsync).flatMap((setting) => ['-c', setting])],
    { ...(runAs ?? {}), cwd: '/', detached: true, stdio: ['ignore', log, log], env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  closeSync(log);
  let gone = false;
  child.once('exit', () => { gone = true; });
  child.once('error', () => { gone = true; });
  child.unref();
  return { port, pid: child.pid, exited: () => gone };
}

/** The last lines the server wrote, for a person who has to find out why it did not start. */
export const lastLogLines = (home: string): string => (readText(join(home, 'postgres.log')) ?? '').trimEnd().split('\n').slice(-3).join(' | ');

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
