// `sluice lab reset`: the lab's whole state goes as one, and nothing but a lab's.
import type { Command } from 'commander';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { loadConfig, type Config } from '../platform/config';
import { openDatabase, startEmbeddedPostgres } from '../platform/database';
import { CommandFailed, cannotTell, exitCodes, exitCodesHelp } from './exit-code';
import { databaseFacts } from './facts.store';
import { addRecord } from './record.command';
import type { Surroundings } from './surroundings';
import { embeddedHome, hasEmbeddedDatabase } from './which-database';

export function addLab(program: Command, surroundings: Surroundings): void {
  const lab = program.command('lab').description('the simulated NetBox and Proxmox that Sluice brings along, and what they are judged by');
  addRecord(lab, surroundings);
  lab.command('reset').description('forget everything the lab did: database, simulators, sign-ins')
    .addHelpText('after', `
Refused while Sluice runs, for a configuration of mode live, and for a database that was made live.

Example:
  sluice lab reset && npm start
${exitCodesHelp}`)
    .action(() => reset(surroundings));
}

const refused = (message: string): CommandFailed => new CommandFailed(message, exitCodes.no);

async function reset(surroundings: Surroundings): Promise<void> {
  const config = loadConfig(surroundings.env, surroundings.cwd);
  const directory = config.dataDirectory;
  if (config.mode !== 'lab') throw refused('This configuration is live, and nothing of it is a lab: there is nothing to reset.');
  if (config.database.url !== null) throw refused('The lab uses a database of yours (DATABASE_URL). Drop and create it yourself; Sluice removes only what it made.');
  if (`${resolve(surroundings.cwd)}${sep}`.startsWith(`${directory}${sep}`) || dirname(directory) === directory) throw refused(`${directory} is not a directory of the lab's own: SLUICE_DATA has to name one that holds nothing else.`);
  if (!existsSync(directory)) return surroundings.out('There is no lab to reset.');
  const home = embeddedHome(config);
  if (!hasEmbeddedDatabase(home)) throw refused(`${directory} holds no database of Sluice, so it is not removed. Look into it, or name another with SLUICE_DATA.`);
  await refuseUnlessLab(home, config);
  rmSync(directory, { recursive: true, force: true });
  rmSync(join(surroundings.cwd, '.data', 'lab.json'), { force: true });
  surroundings.out(`The lab in ${directory} was reset. The next start makes a new one.`);
}

/** The database itself says what it is: neither a variable nor a file name can make a live one look like a lab. */
async function refuseUnlessLab(home: string, config: Config): Promise<void> {
  const postgres = await startEmbeddedPostgres({ home });
  try {
    const owner = readFileSync(join(home, 'owner.pid'), 'utf8').split(' ')[0];
    if (owner !== String(process.pid)) throw refused(`Sluice runs on this lab (process ${owner ?? 'unknown'}). Stop it first.`);
    const db = await openDatabase(postgres.url, { role: 'owner', poolSize: 1 });
    const facts = await databaseFacts(db).finally(() => db.close());
    if (facts.mode === 'live') throw refused(`The database in ${config.dataDirectory} was made in mode live. A lab's reset never touches it.`);
  } catch (trouble) {
    throw trouble instanceof CommandFailed ? trouble : cannotTell(`Whether this is a lab's database could not be read (${trouble instanceof Error ? trouble.message : String(trouble)}). If it is, remove ${config.dataDirectory} by hand.`);
  } finally {
    await postgres.stop();
  }
}
