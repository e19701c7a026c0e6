// The one way out to Proxmox. A read may be asked again and elsewhere; a write goes out once, and to another node only when it
// certainly was not executed (P26). Nothing is sent that Proxmox's own schema would refuse. Carries P26, P40.
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'undici';
import { Bug, scrubText } from '../kernel';
import { namedUrls, urlsFor, type ProxmoxConnection, type ProxmoxUrl, type TokenCredential } from './connection';
import type { Exchange } from './exchange';
import type { ReadRequest, WriteRequest } from './requests';
import { validateRequest } from './schema';
import { exchange, openPool, type WireRequest } from './transport';
import { Turnstile } from './turnstile';

export interface ProxmoxHttpOptions {
  readonly inFlightPerNode?: number;
  readonly connectMillis?: number;
  /** Above the 30 s after which Proxmox gives up on a hop between nodes, so that its 595 and 596 arrive. */
  readonly readMillis?: number;
  readonly writeMillis?: number;
  /** Rounds over all URLs for one read. */
  readonly readRounds?: number;
  readonly pause?: (millis: number) => Promise<void>;
}

export interface ProxmoxHttp {
  readonly connection: ProxmoxConnection;
  send(credential: TokenCredential, request: ReadRequest | WriteRequest): Promise<Exchange>;
  close(): Promise<void>;
}

const base = '/api2/json';
const lateMillis = 15_000;

export function openProxmox(connection: ProxmoxConnection, options: ProxmoxHttpOptions = {}): ProxmoxHttp {
  return new ProxmoxClient(connection, options);
}

class ProxmoxClient implements ProxmoxHttp {
  private readonly urls: readonly ProxmoxUrl[];
  private readonly pools = new Map<string, Pool>();
  private readonly failedAt = new Map<string, number>();
  private readonly turnstile: Turnstile;
  private closed = false;

  constructor(readonly connection: ProxmoxConnection, private readonly options: ProxmoxHttpOptions) {
    this.urls = namedUrls(connection);
    if (this.urls.length === 0) throw new Error(`The connection to cluster ${connection.cluster} has no URL: give at least one, like https://pve1.example.org:8006.`);
    for (const { url } of this.urls) if (!/^https?:\/\/[^/?#@]+$/.test(url)) throw new Error(`A URL of cluster ${connection.cluster} is refused, because it is not scheme, host and port alone: ${scrubText(url)}. Give it like https://pve1.example.org:8006.`);
    this.turnstile = new Turnstile(options.inFlightPerNode ?? 2);
  }

  async send(credential: TokenCredential, request: ReadRequest | WriteRequest): Promise<Exchange> {
    this.mustFitTheSchema(request);
    const secret = credential.secret.trim();
    const wire = this.wireOf({ id: credential.id, secret }, request);
    const came = request.method === 'GET' ? await this.read(request, wire) : await this.write(request, wire);
    return withoutSecret(came, [secret, encodeURIComponent(secret)]);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
    this.pools.clear();
  }

  private async read(request: ReadRequest, wire: WireRequest): Promise<Exchange> {
    const rounds = this.options.readRounds ?? 3;
    for (let round = 1; ; round++) {
      const came = await this.everywhere({ node: request.node, ownNodeOnly: false }, wire, (result) => !isReadable(result));
      if (round >= rounds || !maySoonBeBetter(came)) return came;
      await (this.options.pause ?? delay)((200 * 2 ** round) * (0.5 + Math.random()));
    }
  }

  private async write(request: WriteRequest, wire: WireRequest): Promise<Exchange> {
    return this.everywhere(request, wire, certainlyNotExecuted);
  }

  /** Asks one URL after the other while `elsewhere` says so; the last answer counts. */
  private async everywhere(wanted: Pick<WriteRequest, 'node' | 'ownNodeOnly'>, wire: WireRequest, elsewhere: (came: Exchange) => boolean): Promise<Exchange> {
    let last: Exchange = { kind: 'not-sent', passing: false, text: `cluster ${this.connection.cluster} has no URL` };
    for (const { url, node } of urlsFor(this.urls, wanted, (candidate) => this.failedLately(candidate))) {
      last = await this.turnstile.through(wanted.node ?? node ?? url, () => (this.closed ? Promise.resolve(afterTheEnd) : exchange(this.poolOf(url, wire.method === 'GET' ? 'reads' : 'writes'), url, wire)));
      if (last.kind === 'answered') this.failedAt.delete(url);
      else this.failedAt.set(url, Date.now());
      if (!elsewhere(last)) return last;
    }
    return last;
  }

  private failedLately(url: string): boolean {
    const at = this.failedAt.get(url);
    return at !== undefined && Date.now() - at < lateMillis;
  }

  private poolOf(url: string, purpose: 'reads' | 'writes'): Pool {
    const key = `${purpose} ${url}`;
    const present = this.pools.get(key);
    if (present !== undefined) return present;
    const pool = openPool(this.connection, url, purpose, this.options.connectMillis ?? 5000);
    this.pools.set(key, pool);
    return pool;
  }

  private mustFitTheSchema(request: ReadRequest | WriteRequest): void {
    const errors = validateRequest(this.connection.version, request.method, `/${request.path.join('/')}`, request.params);
    if (errors === null) return;
    throw new Bug(scrubText(`${request.method} /${request.path.join('/')} does not fit Proxmox's schema: ${Object.entries(errors).map(([name, text]) => `${name}: ${text.trim()}`).join('; ')}`));
  }

  private wireOf(credential: TokenCredential, request: ReadRequest | WriteRequest): WireRequest {
    const path = `${base}/${request.path.map((part) => encodeURIComponent(part)).join('/')}`;
    // Form encoding is what every version and every hop reads alike; GET and DELETE may not have a body at all.
    const pairs = Object.entries(request.params).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&');
    const inQuery = request.method === 'GET' || request.method === 'DELETE';
    return {
      method: request.method, pathAndQuery: inQuery && pairs !== '' ? `${path}?${pairs}` : path, body: inQuery ? null : pairs, authorization: authorizationOf(credential),
      deadlineMillis: request.method === 'GET' ? (this.options.readMillis ?? 35_000) : (this.options.writeMillis ?? 65_000),
    };
  }
}

const afterTheEnd: Exchange = { kind: 'not-sent', passing: false, text: 'the connection was closed, this process is ending' };
const gatewayTrouble = new Set([429, 502, 503, 504]);
const hopTrouble = new Set([595, 596, 597, 599]);

/** Another node may know what this one could not say. A refusal (400, 401, 403, 500) is the same everywhere. */
const isReadable = (came: Exchange): boolean => came.kind === 'answered' && !gatewayTrouble.has(came.status) && !hopTrouble.has(came.status);
/** Refused connections and resets pass, gateways recover; a deadline was long enough, and a certificate stays what it is. */
const maySoonBeBetter = (came: Exchange): boolean => (came.kind === 'answered' ? gatewayTrouble.has(came.status) : came.kind === 'lost' ? !came.timedOut : came.passing);
const certainlyNotExecuted = (came: Exchange): boolean => (came.kind === 'not-sent' && came.passing) || (came.kind === 'answered' && came.status === 595);

/** Proxmox unescapes the value and ends the secret at `;` (VE 8.4), so what could be misread is escaped. */
const authorizationOf = (credential: TokenCredential): string => `PVEAPIToken=${encodeURI(credential.id)}=${encodeURIComponent(credential.secret)}`;


/** A gateway that echoes headers must not carry the secret into our texts (P40). */
function withoutSecret(came: Exchange, forms: readonly string[]): Exchange {
  const clean = (text: string): string => forms.reduce((rest, form) => (form === '' ? rest : rest.replaceAll(form, '[removed]')), text);
  if (came.kind !== 'answered') return { ...came, text: clean(came.text) };
  return { ...came, message: clean(came.message), errors: Object.fromEntries(Object.entries(came.errors).map(([name, text]) => [name, clean(text)])) };
}
