// Reads file and environment once and tells every problem at once (C11), each with its key, what stands there, and the fix.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { parseDocument } from 'yaml';
import { CannotStart } from '../database/cannot-start';
import { dataDirectory } from '../database/data-directory';
import { editAndAddPhrase } from '../../policy/core/bounds';
import { incoherences } from './coherence';
import { processRoles, type Config } from './config';
import { ConfigDocument } from './document';
import { frozen } from './frozen';
import { overlay, settingVariables } from './keys';
import { inWords, isTree, type Problem, type Tree } from './problem';
import { dropForeignTokens, readSecrets, refuseLiterals, secretVariables } from './secrets';
import { validateDocument } from './validate';

/** Throws CannotStart with all problems. Relative file names are taken from `cwd`. */
export function loadConfig(env: NodeJS.ProcessEnv, cwd: string): Config {
  const found = configProblems(env, cwd);
  if (found.config === null) throw new CannotStart(inWords(found.problems, found.from));
  return found.config;
}

/** The same for `sluice doctor`, as a value: a configuration, or what is wrong. */
export function configProblems(env: NodeJS.ProcessEnv, cwd: string): { readonly config: Config | null; readonly problems: readonly Problem[]; readonly from: string } {
  const file = configFile(env, cwd);
  const from = file === null ? 'from the environment' : `${file} and the environment`;
  const problems: Problem[] = [];

  const tree = file === null ? {} : readFile(resolve(cwd, file), file, problems);
  if (file !== null) problems.push(...refuseLiterals(tree, file));
  if (file === null && isUnconfigured(env)) Object.assign(tree, { mode: 'lab', lab: { start: true } });
  const alreadyNamed = secretVariables(tree);
  const overlaid = overlay(tree, env, new Set([...alreadyNamed, ...secretVariables(namedByEnvironment(env))]));
  problems.push(...overlaid);

  dropForeignTokens(tree, new Set(Array.isArray(tree['roles']) ? tree['roles'] : processRoles));
  problems.push(...readSecrets(tree, env, cwd));

  const document = plainToInstance(ConfigDocument, withoutNulls(tree));
  const wrong = validateDocument(document);
  const named = new Set(problems.map((problem) => problem.key));
  problems.push(...wrong.filter((problem) => !named.has(problem.key)));
  if (wrong.length > 0) return { config: null, problems, from };

  const config = built(document, env, cwd);
  problems.push(...incoherences(config));
  return { config: problems.length > 0 ? null : frozen(config), problems, from };
}

/** SLUICE_CONFIG names the file; otherwise config/local.yaml where it stands. */
function configFile(env: NodeJS.ProcessEnv, cwd: string): string | null {
  const named = env['SLUICE_CONFIG'];
  if (named !== undefined && named !== '') return named;
  return existsSync(join(cwd, 'config/local.yaml')) ? 'config/local.yaml' : null;
}

/** Nothing was said at all, and nobody said production: the lab is shown (DESIGN "First minute of a newcomer"). */
const isUnconfigured = (env: NodeJS.ProcessEnv): boolean => settingVariables(env).length === 0 && (env['DATABASE_URL'] ?? '') === '' && env['NODE_ENV'] !== 'production';

function readFile(path: string, file: string, problems: Problem[]): Tree {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (trouble) {
    problems.push({ key: 'SLUICE_CONFIG', observed: `${file}, which cannot be read (${(trouble as NodeJS.ErrnoException).code ?? 'unknown'})`, fix: 'Name a readable YAML file.' });
    return {};
  }
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  const value: unknown = error === undefined ? document.toJS() : null;
  if (error !== undefined) problems.push({ key: file, observed: `no YAML: ${error.message.split('\n')[0] ?? ''}`, fix: 'Correct that line.' });
  else if (value !== null && !isTree(value)) problems.push({ key: file, observed: 'no keys at the top', fix: 'Write keys as in config/default.yaml.' });
  return isTree(value) ? value : {};
}

/** Lists given whole by a variable name things whose secrets may have variables too. */
function namedByEnvironment(env: NodeJS.ProcessEnv): Tree {
  const tree: Tree = {};
  overlay(tree, env, new Set());
  return tree;
}

/** A key without a value is a key that was left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== undefined).map(([key, member]) => [key, withoutNulls(member)]));
}

function built(document: ConfigDocument, env: NodeJS.ProcessEnv, cwd: string): Config {
  const data = document.data === undefined ? dataDirectory(env, cwd) : resolve(cwd, document.data);
  const at = (file: string | null): string | null => (file === null ? null : resolve(cwd, file));
  const { mode, roles, database, http, log, deletion, plan, journal, reconcileEvery } = document;
  return {
    mode, startLab: mode === 'lab' && document.lab.start, dataDirectory: data, roles: processRoles.filter((role) => roles.includes(role)), reconcileEvery,
    database: { url: database.url, rolePasswordsFile: at(database.rolePasswordsFile) ?? join(data, 'role-passwords.json') },
    http: { ...http }, log: { level: log.level, pretty: log.pretty ?? mode === 'lab' },
    netbox: document.netbox.map((netbox) => ({ ...netbox, url: withoutSlash(netbox.url), caFile: at(netbox.caFile) })),
    clusters: document.clusters.map((cluster) => ({
      ...cluster, caFile: at(cluster.caFile), allowWrites: cluster.allowWrites ?? mode === 'lab', vmidRange: { ...cluster.vmidRange },
      connections: cluster.connections.map(({ node, url }) => ({ node, url: withoutSlash(url) })),
      tokens: Object.fromEntries(Object.entries(cluster.tokens).filter(([, token]) => token !== undefined).map(([use, token]) => [use, { ...token }])),
    })),
    deletion: { ...deletion }, plan: { ...plan }, intent: { allow: document.intent.allow ?? (mode === 'lab' ? editAndAddPhrase : null) }, protected: { guests: [...document.protected.guests] }, rules: { ...document.rules },
    journal: { checkpointFile: at(journal.checkpointFile) ?? join(data, 'journal-checkpoints.jsonl'), checkpointEvery: journal.checkpointEvery },
    serviceTokens: document.serviceTokens.map((token) => ({ ...token })),
  };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
