// PostgreSQL refuses to run as root. A root process therefore drops to an account that the machine already has.
import { CannotStart } from '../cannot-start';
import { readText } from './process-facts';

export interface RunAs { readonly uid: number; readonly gid: number }

const preferred = ['nobody', 'postgres', 'daemon'];

/** The account for the server when we are root, else null (our own). Only accounts with a passwd entry will do. */
export function accountForServer(passwd: string | null = readText('/etc/passwd'), uid = process.getuid?.() ?? -1): RunAs | null {
  if (uid !== 0) return null;
  const accounts = (passwd ?? '').split('\n').map((line) => line.split(':')).flatMap(([name = '', , user = '', group = '']) =>
    /^\d+$/.test(user) && user !== '0' && /^\d+$/.test(group) ? [{ name, uid: Number(user), gid: Number(group) }] : []);
  const found = preferred.map((name) => accounts.find((account) => account.name === name)).find((account) => account !== undefined) ?? accounts[0];
  if (found === undefined) throw new CannotStart('Sluice runs as root, PostgreSQL must not, and /etc/passwd has no other account. Add one, or set DATABASE_URL.');
  return { uid: found.uid, gid: found.gid };
}
