// Who asks, by ticket or token; the ticket is looked at first. The reason that is sent stays generic, whatever was wrong
// (Proxmox VE 8.4).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Cluster } from '../cluster';
import { isForgeryToken, isWelcome, ownerOfTicket } from '../tickets';

export type Authenticated = { readonly ok: true; readonly authid: string } | { readonly ok: false; readonly reason: string };

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const failed = (reason: string): Authenticated => ({ ok: false, reason });

/** Calls that the world may make; whatever credentials came with them are not looked at. */
const open = new Set(['GET /access/domains', 'GET /access/ticket', 'POST /access/ticket']);
export const isOpen = (method: string, path: string): boolean => open.has(`${method} ${path}`);

export function authenticate(cluster: Cluster, method: string, headers: IncomingHttpHeaders): Authenticated {
  const ticket = ticketIn(headers.cookie) ?? ticketIn(headers.authorization);
  if (ticket !== null) return byTicket(cluster, method, ticket, headers['csrfpreventiontoken']);
  return headers.authorization?.startsWith('PVEAPIToken') === true ? byToken(cluster, headers.authorization) : failed('No ticket');
}

function byTicket(cluster: Cluster, method: string, ticket: string, forgeryToken: string | readonly string[] | undefined): Authenticated {
  const userid = ownerOfTicket(cluster, ticket);
  if (userid === null) return failed('Authentication failed!');
  if (method !== 'GET' && !isForgeryToken(cluster, userid, String(forgeryToken ?? ''))) return failed('Permission denied - invalid csrf token');
  return { ok: true, authid: userid };
}

const tokenShape = /^PVEAPIToken[= ]([^=;\s]+)=([^;]+)/;

function byToken(cluster: Cluster, given: string): Authenticated {
  const [, authid = '', secret = ''] = tokenShape.exec(unescaped(given)) ?? [];
  const token = cluster.state.tokens[authid];
  const isValid = token !== undefined && isWelcome(cluster, authid.split('!')[0] ?? '') && (token.expire === 0 || token.expire > cluster.now()) && timingSafeEqual(hash(token.secret), hash(secret));
  return isValid ? { ok: true, authid } : failed('Authentication failed!');
}

const ticketShape = /(?:^|[\s;])PVEAuthCookie[= ]([^;]+)/;
/** What `PVEAuthCookie` says in a cookie or in the other header, null where it says nothing. */
const ticketIn = (header: string | undefined): string | null => (header === undefined ? null : unescaped(ticketShape.exec(header)?.[1] ?? '') || null);

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
