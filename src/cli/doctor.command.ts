// `sluice doctor`: everything that can be said before a start, at once, each with what to do. It changes nothing.
import type { Command } from 'commander';
import { scrubText } from '../kernel';
import { compareWithCheckpoint } from '../journal';
import { configProblems, type Config } from '../platform/config';
import type { Database, Mode } from '../platform/database';
import { policyOf, PolicyStore, whyNotSeeded, type KnownPolicies } from '../policy';
import { CommandFailed, exitCodes, exitCodesHelp } from './exit-code';
import { databaseFacts } from './facts.store';
import type { Surroundings } from './surroundings';
import { embeddedHome, hasEmbeddedDatabase, withConfigured } from './which-database';

interface Check { readonly check: string; readonly good: boolean; readonly text: string }

export function addDoctor(program: Command, surroundings: Surroundings): void {
  program.command('doctor').description('look for what would keep Sluice from working, and change nothing')
    .option('--json', 'a JSON list of the checks')
    .addHelpText('after', `
Example:
  SLUICE_CONFIG=/etc/sluice/sluice.yaml sluice doctor
${exitCodesHelp}`)
    .action(async ({ json }: { readonly json?: true }) => {
      const checks = await examine(surroundings);
      if (json === true) surroundings.out(JSON.stringify(checks));
      else for (const { good, check, text } of checks) surroundings.out(`${good ? 'ok' : 'NO'}  ${check}: ${text}`);
      const bad = checks.filter(({ good }) => !good).length;
      if (bad > 0) throw new CommandFailed(`${bad} of ${checks.length} checks found something.`, exitCodes.no);
    });
}

async function examine({ env, cwd }: Surroundings): Promise<readonly Check[]> {
  const { config, problems, from } = configProblems(env, cwd);
  if (config === null) return problems.map(({ key, observed, fix }) => ({ check: `configuration, ${key}`, good: false, text: `observed ${observed}. ${fix}` }));
  const read: Check = { check: 'configuration', good: true, text: `${from}: mode ${config.mode}, roles ${config.roles.join(', ')}, ${config.netbox.length} NetBox, ${config.clusters.length} clusters` };
  if (config.database.url === null && !hasEmbeddedDatabase(embeddedHome(config))) return [read, { check: 'database', good: true, text: `embedded, made at the first start in ${embeddedHome(config)}` }, ...examinePolicy(config, config.mode, null)];
  const database = await withConfigured(config, (db) => examineDatabase(db, config)).catch((trouble: unknown): readonly Check[] => [{ check: 'database', good: false, text: scrubText(trouble instanceof Error ? trouble.message : String(trouble)) }]);
  return [read, ...database];
}

async function examineDatabase(db: Database, config: Config): Promise<readonly Check[]> {
  const { server, mode } = await databaseFacts(db);
  const reached: Check = { check: 'database', good: true, text: `PostgreSQL ${server} answers${mode === null ? '; it has no tables of Sluice yet' : ''}` };
  if (mode === null) return [reached, ...examinePolicy(config, config.mode, null)];
  const sameMode: Check = { check: 'mode', good: mode === config.mode, text: mode === config.mode ? mode : `this database was made for mode ${mode}, the configuration says ${config.mode}. Use another database.` };
  const verdict = await compareWithCheckpoint(db, config.journal.checkpointFile);
  const checkpoint: Check = { check: 'journal', good: verdict.kind === 'agrees', text: verdict.kind === 'agrees' ? 'agrees with the last exported checkpoint' : `${verdict.observed}. Sluice would start frozen; find out which database this is.` };
  return [reached, sameMode, ...examinePolicy(config, mode, await new PolicyStore().firstAndNewest(db)), checkpoint];
}

/** What the api does with the policy of its configuration when it starts (P32); other roles never look at it. */
function examinePolicy(config: Config, mode: Mode, known: KnownPolicies | null): readonly Check[] {
  if (!config.roles.includes('api')) return [];
  const refused = whyNotSeeded(policyOf(config), mode, known);
  return [{ check: 'policy', good: refused === null, text: refused ?? (known === null ? 'made from the configuration at the first start' : `version ${known.newest.version} is in force`) }];
}
