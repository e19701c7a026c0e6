// Carries P16, P40: a secret stands in a file of its own or in the environment, never in the configuration file, and a process
// reads only those that its roles may hold.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { tokenUses, type ProcessRole, type TokenUse } from './config';
import { variableOf } from './keys';
import { isTree, type Problem, type Tree } from './problem';

/** One place for a secret: `holder[key]`, or the file named by `holder[key + 'File']`, or a variable. */
interface Place { readonly path: string; readonly variable: string; readonly holder: Tree; readonly key: string }

const holderOfToken: Readonly<Record<TokenUse, ProcessRole | 'all'>> = { reflect: 'all', create: 'worker', update: 'worker', lender: 'deleter', destroy: 'deleter' };

const list = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.filter(isTree) : []);
const nameOf = (item: Tree, index: number): string => (typeof item['name'] === 'string' ? item['name'] : String(index));

function places(tree: Tree): readonly Place[] {
  const found: Place[] = [];
  const add = (path: string, variable: string, holder: Tree, key: string): void => void found.push({ path: `${path}.${key}`, variable: variableOf(`${variable}.${key}`), holder, key });
  for (const [index, item] of list(tree['netbox']).entries()) for (const key of ['token', 'webhookSecret', 'gateSecret']) add(`netbox[${index}]`, `netbox.${nameOf(item, index)}`, item, key);
  for (const [index, item] of list(tree['clusters']).entries()) {
    const tokens = isTree(item['tokens']) ? item['tokens'] : {};
    for (const use of tokenUses) if (isTree(tokens[use])) add(`clusters[${index}].tokens.${use}`, `clusters.${nameOf(item, index)}.tokens.${use}`, tokens[use], 'secret');
  }
  for (const [index, item] of list(tree['serviceTokens']).entries()) add(`serviceTokens[${index}]`, `serviceTokens.${nameOf(item, index)}`, item, 'token');
  return found;
}

/** Variables that may carry a secret of the things named in the tree, e.g. SLUICE_NETBOX_MAIN_TOKEN(_FILE). */
export const secretVariables = (tree: Tree): ReadonlySet<string> => new Set(places(tree).flatMap(({ variable }) => [variable, `${variable}_FILE`]));

/** Secrets that stand in the configuration file itself. They are not used, so that the file does not become the habit. */
export function refuseLiterals(tree: Tree, file: string): readonly Problem[] {
  const problems = places(tree).filter(({ holder, key }) => holder[key] !== undefined && holder[key] !== null).map(({ path, key, variable }) => (
    { key: path, observed: `a secret written into ${file}`, fix: `Move it into a file of its own and name that with ${key}File, or give it as ${variable}; then change the secret, because this file may have been copied.` }));
  const url = isTree(tree['database']) ? tree['database']['url'] : undefined;
  if (typeof url === 'string' && /\/\/[^/@]*:[^/@]+@/.test(url)) problems.push({ key: 'database.url', observed: `a password written into ${file}`, fix: 'Give the whole URL as DATABASE_URL, or name a file that holds it with database.urlFile.' });
  return problems;
}

/** Takes away the tokens that none of these roles may hold: neither their value nor their file is looked at. */
export function dropForeignTokens(tree: Tree, roles: ReadonlySet<unknown>): void {
  for (const cluster of list(tree['clusters'])) {
    const tokens = cluster['tokens'];
    if (isTree(tokens)) for (const use of tokenUses) if (holderOfToken[use] !== 'all' && !roles.has(holderOfToken[use])) delete tokens[use];
  }
}

/** Puts every secret at its place: from its variable, the file its variable names, the value, or the file beside it. */
export function readSecrets(tree: Tree, env: NodeJS.ProcessEnv, cwd: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const place of places(tree)) {
    const { path, variable, holder, key } = place;
    const file = env[`${variable}_FILE`] ?? holder[`${key}File`];
    const direct = env[variable] ?? holder[key];
    delete holder[`${key}File`];
    const given = isSet(direct) ? direct : isSet(file) ? readSecretFile(String(file), cwd, `${path}File`, problems) : undefined;
    if (given !== undefined) holder[key] = given;
    else delete holder[key];
  }
  const database = tree['database'];
  if (isTree(database) && isSet(database['urlFile'])) {
    const url = isSet(database['url']) ? database['url'] : readSecretFile(String(database['urlFile']), cwd, 'database.urlFile', problems);
    if (url !== unread) database['url'] = url;
    delete database['urlFile'];
  }
  return problems;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Stands for a secret whose file could not be read: that problem is told once, not also as a missing value. */
const unread = 'unread-secret-placeholder';

function readSecretFile(file: string, cwd: string, key: string, problems: Problem[]): string {
  try {
    const text = readFileSync(resolve(cwd, file), 'utf8').trim();
    if (text !== '') return text;
    problems.push({ key, observed: `${file}, an empty file`, fix: 'Write the secret into it, on one line.' });
  } catch (trouble) {
    problems.push({ key, observed: `${file}, which cannot be read (${(trouble as NodeJS.ErrnoException).code ?? 'unknown'})`, fix: 'Make the file, readable for the user Sluice runs as, or correct the name.' });
  }
  return unread;
}
