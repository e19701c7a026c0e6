// One HTTPS server per node, all of them one cluster. Here are the rules of the HTTP server itself, before and after the API:
// methods, bodies, credentials, faults of the lab, and that state is on disk before an answer leaves. Carries P26.
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { perform } from '../control/acts';
import type { Fired } from '../control/faults';
import { PveError } from '../pve-error';
import type { StateFile } from '../state-file';
import { answerPlain, inExtjs, send, sendTruncated, type Connection, type WireAnswer } from './answer';
import { authenticate, isOpen, type Authenticated } from './authenticate';
import { control, type Control } from './control-api';
import { dispatch } from './dispatch';
import { parseBody, parseForm, splitOnce } from './parameters';

const base = '/api2/';
const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE']);
const biggestBody = 512 * 1024;
const biggestHead = 8 * 1024;
const mostHeaderLines = 64;
const requestsPerConnection = 100;

export interface NodeServerOptions extends Control {
  readonly file: StateFile;
  readonly certificate: { readonly cert: string; readonly key: string };
  /** Called after everything that may have taken a node up or down; `except` still has to send its answer. */
  readonly followNodes: (except?: NodeServer) => Promise<void>;
}

export class NodeServer {
  private readonly server: Server;
  private port = 0;
  private readonly asked = new WeakMap<Socket, number>();
  private wanted = true;

  constructor(private readonly options: NodeServerOptions, readonly name: string) {
    this.server = createServer({ ...options.certificate, keepAliveTimeout: 0, maxHeaderSize: biggestHead }, (request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) this.send(request, response, answerPlain(500, `the simulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`.split('\n').slice(0, 3).join(' ')));
        else response.destroy();
      });
    });
    // What is no request, or has too long a head, gets no answer.
    this.server.on('clientError', (_error, socket) => { socket.destroy(); });
    // Node would add a second to its own timeout.
    this.server.on('secureConnection', (socket) => { socket.setTimeout(this.idleMillis); });
  }

  private get idleMillis(): number {
    return this.options.cluster.options.idleMillis ?? 5000;
  }

  private send(request: IncomingMessage, response: ServerResponse, answer: WireAnswer): void {
    const connection: Connection = { idleMillis: this.idleMillis, isWorn: !response.shouldKeepAlive || (this.asked.get(request.socket) ?? 0) >= requestsPerConnection };
    send(response, answer, connection);
  }

  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => {
        this.server.removeListener('error', reject);
        const address = this.server.address();
        this.port = typeof address === 'object' && address !== null ? address.port : port;
        resolve(this.port);
      });
    });
  }

  /** A node that is down refuses connections. The last one that listens goes on, for the lab's control; it resets API requests. */
  async setListening(wanted: boolean): Promise<void> {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (wanted) await this.listen(this.port);
    else await this.stop();
  }

  async close(): Promise<void> {
    if (this.wanted) await this.stop();
  }

  private stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { cluster, file } = this.options;
    const reply = (answer: WireAnswer): void => this.send(request, response, answer);
    this.asked.set(request.socket, (this.asked.get(request.socket) ?? 0) + 1);
    request.socket.setTimeout(0);
    response.once('finish', () => { request.socket.setTimeout(this.idleMillis); });
    if (request.rawHeaders.length > 2 * mostHeaderLines) return void response.destroy();
    const method = request.method ?? '';
    const [path = '', query = ''] = splitOnce(request.url ?? '', '?');
    if (path.startsWith('/__lab/')) {
      const answer = control(this.options, method, path, new URLSearchParams(query), await bodyOf(request) ?? '');
      file.flush();
      await this.options.followNodes(this);
      response.once('finish', () => void this.options.followNodes());
      return reply(answer);
    }
    // A node that is down answers nobody; only the lab's control still reaches it.
    if (cluster.state.nodes.find((node) => node.name === this.name)?.online === false) return void response.destroy();
    if (!methods.has(method)) return reply(answerPlain(501, `method '${method}' not available`, ''));
    if (request.headers['transfer-encoding'] !== undefined) return reply(answerPlain(501, 'chunked transfer encoding not supported'));
    cluster.tick();
    const apiPath = pathBelow(path);
    const caller: Authenticated = apiPath.ok && isOpen(method, apiPath.path) ? { ok: true, authid: '' } : authenticate(cluster, method, request.headers);
    const token = caller.ok && caller.authid !== '' ? caller.authid : null;
    const text = await bodyOf(request);
    const done = this.options.log.note({ node: this.name, method, path: apiPath.ok ? apiPath.path : path, token, params: shownParams(request, query, text ?? ''), agent: request.headers['user-agent'] ?? null, contentType: request.headers['content-type'] ?? null, bodyLength: text?.length ?? biggestBody });
    if (!caller.ok) {
      done(401);
      await delay(cluster.options.unauthorizedDelayMillis ?? 0);
      return reply(answerPlain(401, caller.reason, ''));
    }
    const refusal = refusedByServer(request, method, apiPath, text);
    if (refusal !== null || !apiPath.ok) {
      done(refusal?.status ?? 501);
      return reply(refusal ?? answerPlain(501, 'no such uri'));
    }
    const fired = this.options.faults.fire({ method, path: apiPath.path, token });
    const status = await this.carryOut(fired, request, response, async () => apiPath.inFormat(await this.api(request, caller.authid, method, apiPath.path, query, text ?? '', fired)));
    done(status);
  }

  private async api(request: IncomingMessage, authid: string, method: string, path: string, query: string, text: string, fired: Fired): Promise<WireAnswer> {
    let params: Record<string, unknown>;
    try {
      params = { ...parseBody(request.headers['content-type'] ?? '', text), ...parseForm(query) };
    } catch (error) {
      if (error instanceof PveError) return answerPlain(error.status, error.message, `${error.message}\n`);
      throw error;
    }
    const answer = await dispatch(this.options.cluster, { entry: this.name, authid, method, path, params, task: fired.task });
    if (answer.status === 401) await delay(this.options.cluster.options.unauthorizedDelayMillis ?? 0);
    return answer;
  }

  /** Runs the request under what the lab ordered for it; tells the status that left, null when none did. */
  private async carryOut({ before, after, fault, gate }: Fired, request: IncomingMessage, response: ServerResponse, run: () => Promise<WireAnswer>): Promise<number | null> {
    const { cluster, file } = this.options;
    for (const act of before) perform(cluster, act);
    if (before.length > 0) await this.options.followNodes();
    const cut = (): null => {
      file.flush();
      response.destroy();
      return null;
    };
    if (fault === 'connection-reset-before') return cut();
    if (typeof fault === 'object' && fault !== null && 'delayMillis' in fault) await delay(fault.delayMillis);
    const ordered = typeof fault === 'object' && fault !== null && 'status' in fault ? fault : null;
    if (ordered?.executed === 'later') void gate.then(() => (cluster.closing.signal.aborted ? null : run()));
    const answer = ordered !== null && ordered.executed !== true ? null : await run();
    for (const act of after) perform(cluster, act);
    if (after.length > 0) await this.options.followNodes();
    if (fault === 'answer-lost') return cut();
    file.flush();
    if (fault === 'truncated' && answer !== null) {
      sendTruncated(response, answer);
      return answer.status;
    }
    const sent = ordered !== null ? { ...answerPlain(ordered.status, reasons[ordered.status] ?? 'fault of the lab', ordered.body ?? '') }
      : fault === 'html' ? { status: 200, reason: 'OK', type: 'html' as const, body: '<!doctype html><html><body>Bad gateway</body></html>' } : (answer ?? answerPlain(500, 'nothing was answered'));
    this.send(request, response, sent);
    return sent.status;
  }
}

const reasons: Readonly<Record<number, string>> = { 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout', 595: 'Connection refused', 596: 'Connection timed out', 597: 'Broken pipe', 599: 'Too many redirections' };

const formats: Readonly<Record<string, (answer: WireAnswer) => WireAnswer>> = { json: (answer) => answer, extjs: inExtjs };

type ApiPath = { readonly ok: true; readonly path: string; readonly inFormat: (answer: WireAnswer) => WireAnswer } | { readonly ok: false; readonly answer: WireAnswer };

/** The path below the format, unescaped as a whole before it is split, so `%2F` splits (Proxmox VE 8.4). */
function pathBelow(raw: string): ApiPath {
  const [, format, rest = '/'] = /^\/api2\/([a-z]+)(\/.*)?$/.exec(raw) ?? [];
  if (!raw.startsWith(base) || format === undefined) return { ok: false, answer: answerPlain(501, 'no such uri') };
  let path = rest;
  try {
    path = decodeURIComponent(rest);
  } catch {
    // Left as it came: no method fits it.
  }
  path = path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  const inFormat = formats[format];
  return inFormat !== undefined ? { ok: true, path, inFormat } : { ok: false, answer: answerPlain(501, `no formatter for uri ${path}, ${format}`) };
}

function refusedByServer(request: IncomingMessage, method: string, path: ApiPath, text: string | null): WireAnswer | null {
  if (text === null) return answerPlain(501, 'for data too large');
  if (text !== '' && (method === 'GET' || method === 'DELETE')) return answerPlain(501, `Unexpected content for method '${method}'`);
  const type = request.headers['content-type'] ?? 'application/x-www-form-urlencoded';
  if (text !== '' && !/^application\/(?:x-www-form-urlencoded|json)(?:;|$)/.test(type)) return answerPlain(506, `upload 'Content-Type '${type}' not implemented`);
  return path.ok ? null : path.answer;
}

function shownParams(request: IncomingMessage, query: string, text: string): Record<string, unknown> {
  try {
    return { ...parseBody(request.headers['content-type'] ?? '', text), ...parseForm(query) };
  } catch {
    return { '(unreadable body)': text.slice(0, 80) };
  }
}

/** The body as text; null when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  if ((request.headers['content-length'] ?? '0') === '0') return '';
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += (piece as Buffer).length;
    if (bytes <= biggestBody) pieces.push(piece as Buffer);
  }
  return bytes > biggestBody ? null : Buffer.concat(pieces).toString('utf8');
}
