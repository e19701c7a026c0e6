// Every single key of the configuration with its environment variable: `deletion.window` = SLUICE_DELETION_WINDOW.
import { isTree, type Problem, type Tree } from './problem';

type Reading = 'text' | 'number' | 'boolean' | 'names' | 'json';

/** Lists and objects are JSON; `names` may also be separated by commas. Durations are text here and read by the document. */
export const keys: Readonly<Record<string, Reading>> = {
  'mode': 'text', 'lab.start': 'boolean', 'data': 'text', 'roles': 'names', 'database.url': 'text', 'database.urlFile': 'text', 'database.rolePasswordsFile': 'text',
  'http.host': 'text', 'http.port': 'number', 'http.publicUrl': 'text', 'log.level': 'text', 'log.pretty': 'boolean', 'netbox': 'json', 'clusters': 'json',
  'deletion.threshold': 'number', 'deletion.window': 'text', 'deletion.approveWithin': 'text', 'deletion.startWithin': 'text', 'deletion.maxPerHour': 'number', 'deletion.powerOff': 'text',
  'plan.expiresAfter': 'text', 'plan.startWithin': 'text', 'plan.maxCores': 'number', 'plan.maxMemoryMib': 'number', 'plan.maxCreates': 'number', 'plan.maxUpdates': 'number', 'plan.maxDeletions': 'number',
  'intent.allow': 'text', 'protected.guests': 'names', 'rules.addressFree': 'text', 'rules.storageHasRoom': 'text', 'rules.bridgeExists': 'text',
  'journal.checkpointFile': 'text', 'journal.checkpointEvery': 'text', 'serviceTokens': 'json', 'reconcileEvery': 'text',
};

/** `a.bigKey` -> SLUICE_A_BIG_KEY; a name with other characters (`lab-1`) loses them to `_`. */
export const variableOf = (path: string): string => `SLUICE_${path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`;

/** Variables that are read elsewhere and say nothing about the installation. */
const notKeys = new Set(['SLUICE_CONFIG', 'SLUICE_FAILPOINTS']);
const forTests = (name: string): boolean => /^SLUICE_(TEST_.*|RECORDINGS|KEEP_DATABASES)$/.test(name);

/** The SLUICE_ variables that make this start a configured one: all but those that only tests and tools read. */
export const settingVariables = (env: NodeJS.ProcessEnv): readonly string[] => Object.keys(env).filter((name) => name.startsWith('SLUICE_') && !forTests(name)).sort();

/** Lays the variables over the tree of the file. `known` are further variables that somebody reads (secrets of named things). */
export function overlay(tree: Tree, env: NodeJS.ProcessEnv, known: ReadonlySet<string>): readonly Problem[] {
  const problems: Problem[] = [];
  const paths = new Map(Object.keys(keys).map((path) => [variableOf(path), path]));
  for (const name of settingVariables(env)) {
    const path = paths.get(name);
    const text = env[name] ?? '';
    if (path !== undefined) {
      const value = read(text, keys[path] ?? 'text');
      if (value === undefined) problems.push({ key: `${path} (${name})`, observed: 'text that is not JSON', fix: 'Lists and objects are written as JSON, for example [{"name": "main"}].' });
      else if (text !== '') put(tree, path.split('.'), value);
    } else if (!notKeys.has(name) && !known.has(name)) {
      problems.push({ key: name, observed: 'a variable that nothing reads', fix: `Remove it, or write it as one of the keys of config/default.yaml${nearest(name, [...paths.keys(), ...known])}.` });
    }
  }
  const url = env['DATABASE_URL'];
  if (url !== undefined && url !== '') put(tree, ['database', 'url'], url);
  return problems;
}

function read(text: string, reading: Reading): unknown {
  switch (reading) {
    case 'text': return text;
    case 'number': return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
    case 'boolean': return text === 'true' ? true : text === 'false' ? false : text;
    case 'names': return text.trim().startsWith('[') ? json(text) : text.split(',').map((name) => name.trim()).filter((name) => name !== '');
    case 'json': return text === '' ? null : json(text);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function put(tree: Tree, [head = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) return void (tree[head] = value);
  const below = isTree(tree[head]) ? tree[head] : {};
  tree[head] = below;
  put(below, rest, value);
}

/** The variable that was probably meant: it shares the most leading characters. */
function nearest(name: string, candidates: readonly string[]): string {
  const shared = (other: string): number => [...other].findIndex((letter, index) => letter !== name[index]);
  const [best] = candidates.map((other) => ({ other, length: shared(other) === -1 ? other.length : shared(other) })).sort((a, b) => b.length - a.length);
  return best !== undefined && best.length > 'SLUICE_'.length + 2 ? ` (perhaps ${best.other})` : '';
}
