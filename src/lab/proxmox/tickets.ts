// Tickets of people who sign in with a password: who and when, signed, good for two hours, and the token against forgery that
// goes with each (Proxmox VE 8.4). The real ones are signed with RSA; nobody but the installation can tell.
import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Cluster } from './cluster';

const lifetimeSeconds = 7200;
/** Clocks of nodes differ. */
const earliestSeconds = -300;

const keyOf = (cluster: Cluster): string => (cluster.state.ticketKey ??= randomBytes(32).toString('hex'));
const signed = (cluster: Cluster, text: string): string => createHmac('sha256', keyOf(cluster)).update(text).digest('base64');
const isSame = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const stamp = (seconds: number): string => seconds.toString(16).toUpperCase().padStart(8, '0');

function isFresh(cluster: Cluster, made: string): boolean {
  const age = cluster.now() - parseInt(made, 16);
  return age > earliestSeconds && age < lifetimeSeconds;
}

export function ticketOf(cluster: Cluster, userid: string): string {
  const plain = `PVE:${userid}:${stamp(cluster.now())}`;
  return `${plain}::${signed(cluster, plain)}`;
}

/** Whose ticket it is, null when it is nobody's any more. */
export function ownerOfTicket(cluster: Cluster, ticket: string): string | null {
  const [, plain = '', userid = '', made = '', signature = ''] = /^(PVE:(\S+):([0-9A-F]{8}))::(\S+)$/.exec(ticket) ?? [];
  return plain !== '' && isSame(signature, signed(cluster, plain)) && isFresh(cluster, made) && isWelcome(cluster, userid) ? userid : null;
}

const forgeryText = (made: string, userid: string): string => `CSRF:${made}:${userid}`;

export function forgeryTokenOf(cluster: Cluster, userid: string): string {
  const made = stamp(cluster.now());
  return `${made}:${signed(cluster, forgeryText(made, userid))}`;
}

export function isForgeryToken(cluster: Cluster, userid: string, token: string): boolean {
  const [, made = '', signature = ''] = /^([0-9A-F]{8}):(\S+)$/.exec(token) ?? [];
  return made !== '' && isSame(signature, signed(cluster, forgeryText(made, userid))) && isFresh(cluster, made);
}

/** Known, enabled and not expired. */
export function isWelcome(cluster: Cluster, userid: string): boolean {
  const user = cluster.state.users[userid];
  return user !== undefined && user.enable && (user.expire === 0 || user.expire > cluster.now());
}

const hashed = (password: string, salt: string): string => `${salt}:${scryptSync(password, salt, 32, { N: 1024 }).toString('hex')}`;
export const hashOf = (password: string): string => hashed(password, randomBytes(12).toString('hex'));

/** root@pam's password is the machine's own, an option, until it is changed. */
export function isPasswordOf(cluster: Cluster, userid: string, password: string): boolean {
  const kept = cluster.state.users[userid]?.password;
  if (kept !== undefined) return isSame(kept, hashed(password, kept.split(':')[0] ?? ''));
  const own = userid === 'root@pam' ? cluster.options.rootPassword : undefined;
  return own !== undefined && isSame(own, password);
}
