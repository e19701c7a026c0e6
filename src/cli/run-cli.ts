// The command line as a function: arguments in, exit code out, so that it can be tested like anything else.
import { Command, CommanderError } from 'commander';
import { addDoctor } from './doctor.command';
import { addExplain } from './explain.command';
import { exitCodes, exitCodesHelp, explain, type ExitCode } from './exit-code';
import { addJobs } from './jobs.command';
import { addJournal } from './journal.command';
import { addLab } from './lab.command';
import { addPlan } from './plan.command';
import { addSetup } from './setup.command';
import type { Surroundings } from './surroundings';

export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const program = new Command('sluice').description('Plan in NetBox, run in Proxmox VE: gated, and never destroyed by one pair of eyes.')
    .exitOverride().showHelpAfterError('(--help shows what is possible)')
    .configureOutput({ writeOut: (text) => surroundings.out(text.trimEnd()), writeErr: (text) => surroundings.err(text.trimEnd()) })
    .addHelpText('after', `
Examples:
  sluice plan show --netbox main --branch 12  what the branch would do, and whether the gate permits it
  sluice jobs follow 4f1b2c3d                the log of a job until it ends
  sluice explain guest leipzig/5005          what was asked, checked, approved, sent and seen
  sluice doctor                              what would keep Sluice from working here
  sluice journal verify                      whether anybody rewrote the past
  sluice journal verify --file export.jsonl  the same, without a database
  sluice lab reset                           a fresh lab
  sluice lab record proxmox --help           read-only answers of a real installation, without secrets, as files
  sluice setup proxmox --print               commands for pools, roles, users and five tokens
  sluice setup proxmox --check --cluster leipzig  whether they were run

Configuration: SLUICE_CONFIG names a file; every key is also a variable (config/default.yaml).
${exitCodesHelp}`);
  addPlan(program, surroundings);
  addJobs(program, surroundings);
  addExplain(program, surroundings);
  addDoctor(program, surroundings);
  addJournal(program, surroundings);
  addLab(program, surroundings);
  addSetup(program, surroundings);

  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.good;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.good : exitCodes.usage;
    const { code, text } = explain(error);
    surroundings.err(text);
    return code;
  }
}
