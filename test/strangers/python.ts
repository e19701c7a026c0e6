// A Python with the clients of strangers: a virtual environment, made once for each set of pinned versions. Where none can be
// had, the reason is one sentence and the tests are skipped with it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export type Python = { readonly kind: 'found'; readonly python: string } | { readonly kind: 'missing'; readonly why: string };

const requirements = join(__dirname, 'requirements.txt');

/** Asked while tests are being collected, so it waits for its children. */
export function strangersPython(): Python {
  const cache = join(__dirname, '..', '..', 'node_modules', '.cache', 'strangers');
  const home = join(cache, createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12));
  const python = join(home, 'bin', 'python');
  if (existsSync(python)) return { kind: 'found', python };
  mkdirSync(cache, { recursive: true });
  const making = `${home}.${process.pid}`;
  try {
    const why = install(making);
    if (why !== null) return { kind: 'missing', why };
    if (!existsSync(home)) renameSync(making, home);
    return { kind: 'found', python };
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

function install(home: string): string | null {
  const run = (command: string, args: readonly string[]): boolean => spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status === 0;
  if (!run('python3', ['--version'])) return 'no python3; apt-get install python3-venv';
  if (!run('python3', ['-m', 'venv', home])) return 'python3 cannot make a virtual environment; apt-get install python3-venv';
  const isInstalled = run(join(home, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '20', '--no-deps', '--requirement', requirements]);
  return isInstalled ? null : 'pip finds no index with the versions of test/strangers/requirements.txt for this python3';
}

/** Runs a script of this directory and gives everything it said, in order. */
export function runPython(python: string, script: string, env: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-u', join(__dirname, script)], { env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', NO_PROXY: '*', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    child.stdout.on('data', (piece: Buffer) => said.push(piece.toString('utf8')));
    child.stderr.on('data', (piece: Buffer) => said.push(piece.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said: said.join('') }));
  });
}
