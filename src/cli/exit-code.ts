// What a script may rely on. An error is a sentence on stderr; a stack is printed only for a bug of ours.
import { CannotStart } from '../platform/database';

export const exitCodes = {
  good: 0,
  bug: 1,
  /** What was asked about is not done yet: a plan with changes that wait for their merge or their job. */
  pending: 2,
  /** The command ran and its answer is no: a broken journal, a problem found, a refusal. */
  no: 3,
  /** The command could not find out: no database, no readable file, no answer. Never taken for good (P30). */
  cannotTell: 4,
  /** Somebody has to look: the same number, because what could not be found out is for a person as well. */
  needsHuman: 4,
  /** EX_USAGE of sysexits.h: a mistyped command never reads as "changes pending". */
  usage: 64,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `
Exit codes: 0 all is well, or done; 2 changes are pending; 3 the answer is no (a broken journal, a problem, a refusal);
4 it needs a human, or it could not be found out (no answer, no database, no readable file); 64 the command line is wrong;
1 a bug in Sluice.`;

/** Ends a command with a sentence instead of an answer. */
export class CommandFailed extends Error {
  constructor(message: string, readonly code: ExitCode) {
    super(message);
    this.name = 'CommandFailed';
  }
}

export const cannotTell = (message: string): CommandFailed => new CommandFailed(message, exitCodes.cannotTell);

/** The code and the words of an error. */
export function explain(error: unknown): { readonly code: ExitCode; readonly text: string } {
  if (error instanceof CommandFailed) return { code: error.code, text: error.message };
  if (error instanceof CannotStart) return { code: exitCodes.cannotTell, text: error.message };
  return { code: exitCodes.bug, text: error instanceof Error ? error.stack ?? error.message : String(error) };
}
