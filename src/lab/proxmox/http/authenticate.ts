// Which token asks. The reason that is sent stays generic, whatever was wrong with it (Proxmox VE 8.4).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Cluster } from '../cluster';

export type Authenticated = { readonly ok: true; readonly authid: string } | { readonly ok: false; readonly reason: string };

const header = /^PVEAPIToken[= ]([^=;\s]+)=([^;]+)/;
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

export function authenticate(cluster: Cluster, given: string | undefined): Authenticated {
  if (given === undefined || !given.startsWith('PVEAPIToken')) return { ok: false, reason: 'No ticket' };
  const [, authid = '', secret = ''] = header.exec(unescaped(given)) ?? [];
  const token = cluster.state.tokens[authid];
  const user = cluster.state.users[authid.split('!')[0] ?? ''];
  const now = cluster.now();
  const isValid = token !== undefined && user !== undefined && user.enable && (user.expire === 0 || user.expire > now) && (token.expire === 0 || token.expire > now) && timingSafeEqual(hash(token.secret), hash(secret));
  return isValid ? { ok: true, authid } : { ok: false, reason: 'Authentication failed!' };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
