// `sluice journal verify` and `export`: anybody can check that nobody rewrote the past (P37).
import type { Command } from 'commander';
import { lastCheckpoint, pagesOfDatabase, verifyPages, type Checkpoint } from '../journal';
import { CommandFailed, cannotTell, exitCodes, exitCodesHelp } from './exit-code';
import { pagesOfFile } from './journal-pages';
import type { Surroundings } from './surroundings';
import { withDatabase } from './which-database';

interface VerifyOptions { readonly database?: string; readonly file?: string; readonly checkpoints?: string; readonly json?: true }

export function addJournal(program: Command, surroundings: Surroundings): void {
  const journal = program.command('journal').description('the append-only record of what was asked, decided and done');

  journal.command('verify').description('check the whole hash chain and name the first bad entry')
    .option('--database <url>', 'of any login that may read the journal; default: DATABASE_URL, else the configuration')
    .option('--file <export.jsonl>', 'check an export instead of a database')
    .option('--checkpoints <file>', 'the exported checkpoints: the last one must be part of the chain')
    .option('--json', 'one JSON object instead of a sentence')
    .addHelpText('after', `
Examples:
  sluice journal verify
  sluice journal verify --database postgres://auditor@db.example.org/sluice --checkpoints /mnt/audit/checkpoints.jsonl
  sluice journal verify --file journal.jsonl --json
${exitCodesHelp}`)
    .action((options: VerifyOptions) => verify(options, surroundings));

  journal.command('export').description('write every entry as one line of JSON to standard output')
    .option('--database <url>', 'as for verify')
    .addHelpText('after', '\nExample:\n  sluice journal export > journal.jsonl')
    .action(({ database }: { readonly database?: string }) => withDatabase(surroundings, database, async (db) => {
      for await (const page of pagesOfDatabase(db)) for (const entry of page) surroundings.out(JSON.stringify(entry));
    }));
}

async function verify({ database, file, checkpoints, json }: VerifyOptions, surroundings: Surroundings): Promise<void> {
  if (database !== undefined && file !== undefined) throw new CommandFailed('Name a database or a file, not both.', exitCodes.usage);
  const checkpoint = checkpoints === undefined ? null : await readCheckpoint(checkpoints);
  const verdict = file !== undefined ? await verifyPages(pagesOfFile(file), checkpoint) : await withDatabase(surroundings, database, (db) => verifyPages(pagesOfDatabase(db), checkpoint));
  if (json === true) surroundings.out(JSON.stringify(verdict));
  if (verdict.kind === 'broken') {
    throw new CommandFailed(`The journal is broken at entry ${verdict.seq}: ${verdict.why}. Keep this database and the last checkpoints as they are, and compare with a backup.`, exitCodes.no);
  }
  if (json !== true) surroundings.out(verdict.head.seq === 0 ? 'The journal is empty.' : `The journal is whole: ${verdict.head.seq} entries, the last has hash ${verdict.head.hash}.`);
}

/** A checkpoint file that was named has to say something: an empty one would be passed by every journal. */
async function readCheckpoint(file: string): Promise<Checkpoint> {
  const checkpoint = await lastCheckpoint(file).catch((trouble: unknown) => { throw cannotTell(`The checkpoints in ${file} cannot be read: ${trouble instanceof Error ? trouble.message : String(trouble)}.`); });
  if (checkpoint === null) throw cannotTell(`There is no checkpoint in ${file}.`);
  return checkpoint;
}
