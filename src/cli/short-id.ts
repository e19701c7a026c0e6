// Ids may be given as the pages show them: their first characters, as long as only one begins with them.
import { CommandFailed, exitCodes } from './exit-code';

const whole = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isWholeId = (id: string): boolean => whole.test(id);

export async function wholeId(what: string, id: string, list: () => Promise<readonly { readonly id: string }[]>): Promise<string> {
  if (isWholeId(id)) return id.toLowerCase();
  if (!/^[0-9a-f][0-9a-f-]{3,35}$/i.test(id)) throw new CommandFailed(`${JSON.stringify(id)} is no id of a ${what}. Give it whole, or at least its first four characters.`, exitCodes.usage);
  const found = (await list()).filter((row) => row.id.startsWith(id.toLowerCase()));
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  throw new CommandFailed(found.length === 0 ? `None of the newest ${what}s has an id that begins with ${id}. Give the id whole.` : `${found.length} ${what}s begin with ${id}: ${found.map((row) => row.id).join(', ')}. Give more of it.`, exitCodes.no);
}
