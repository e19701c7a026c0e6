// The database is the last to say no (a trigger, with its errcode). Where a race lets a request come that far, the person
// still reads the trigger's own words instead of "internal error".
import type { Refusal } from '../../kernel';
import { sqlState } from '../database';

const codeOf: Readonly<Record<string, string>> = {
  SL001: 'database.append-only', SL002: 'database.impossible-move', SL003: 'database.other-digest', SL008: 'database.expired', SL011: 'database.not-confirmed',
  SL016: 'database.not-allowed', SL017: 'database.four-eyes', SL018: 'database.decided', SL019: 'database.not-allowed', SL022: 'database.window', SL023: 'database.blast-limit',
  SL024: 'database.no-tombstone', SL025: 'database.impossible-move', SL027: 'database.second-destroy', SL028: 'database.superseded', SL031: 'database.frozen', SL032: 'database.no-proposal', SL036: 'database.typed-name',
};

/** The refusal of one of our triggers (errcode SLnnn); null for every other error. */
export function refusalOfDatabase(trouble: unknown): Refusal | null {
  const code = sqlState(trouble);
  if (code === null || !/^SL\d{3}$/.test(code)) return null;
  const { driverError, message } = trouble as { readonly driverError?: { readonly message?: string }; readonly message?: string };
  return { code: codeOf[code] ?? 'database.refused', summary: 'The database refused this change.', observed: driverError?.message ?? message ?? code, next: 'Load the present state again and decide anew.' };
}
