// The socket side: reads a request whole, lets an ordered fault strike, hands it to the application, writes the answer.
import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Application } from '../application';
import type { Control } from '../control/control';
import type { Fault } from '../control/faults';
import { html, page, readQuery } from './exchange';
import type { Answer, Call } from './exchange';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function callOf(request: IncomingMessage): Promise<{ readonly call: Call; readonly query: string }> {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
  const call: Call = {
    method: request.method ?? 'GET', path: decodeURIComponent(path), query: readQuery(query), headers, body: await bodyOf(request), origin: `http://${headers['host'] ?? 'localhost'}`,
    address: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''), requestId: randomUUID(),
  };
  return { call, query };
}

function write(response: ServerResponse, answer: Answer, withBody: boolean): void {
  response.writeHead(answer.status, { ...answer.headers, ...(answer.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(answer.body) }) });
  response.end(withBody && answer.status !== 204 ? answer.body : undefined);
}

/** An answer that the fault gives in place of the application's; undefined when the application answers. */
function instead(fault: Fault | undefined): Answer | undefined {
  if (fault === 'html') return html(502, page('Bad Gateway'));
  if (typeof fault === 'object' && 'status' in fault) {
    const text = fault.body ?? '{"detail":"ordered by the lab"}';
    return { status: fault.status, headers: { 'Content-Type': text.startsWith('{') || text.startsWith('[') ? 'application/json' : 'text/html; charset=utf-8' }, body: text };
  }
  return undefined;
}

async function serveApi(application: Application, control: Control, call: Call, query: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fault = control.faults.take(call.method, query === '' ? call.path : `${call.path}?${query}`);
  if (typeof fault === 'object' && 'delayMillis' in fault) await delay(fault.delayMillis);
  if (fault === 'reset') {
    control.requests.add(call, query, 'reset');
    return void request.socket.destroy();
  }
  const answer = instead(fault) ?? application.handle(call.method === 'HEAD' ? { ...call, method: 'GET' } : call);
  control.requests.add(call, query, fault === 'answer-lost' ? 'answer-lost' : answer.status);
  if (fault === 'answer-lost') return void request.socket.destroy();
  write(response, answer, call.method !== 'HEAD');
}

/** Opens the port on 127.0.0.1. */
export async function serve(application: Application, control: Control, port: number): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      try {
        const { call, query } = await callOf(request);
        if (call.path.startsWith('/__lab/')) write(response, await control.handle(call), true);
        else await serveApi(application, control, call, query, request, response);
      } catch (error) {
        if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error), exception: 'SimulatorError' }));
      }
    })();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      server.closeAllConnections();
    }),
  };
}
