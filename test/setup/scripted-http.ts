// A loopback HTTP server that does what the test says: for clients of servers that answer badly.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly line: number; readonly headers: IncomingMessage['headers']; readonly body: unknown }
export interface ScriptedHttp { readonly url: string; readonly asked: readonly Asked[]; close(): Promise<void> }

export async function scriptedHttp(answer: (asked: Asked, response: ServerResponse, nth: number) => void): Promise<ScriptedHttp> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const url = new URL(request.url ?? '/', 'http://loopback');
      const text = Buffer.concat(parts).toString('utf8');
      const one: Asked = { method: request.method ?? '', path: url.pathname, query: url.searchParams, line: Buffer.byteLength(`${request.method} ${request.url} HTTP/1.1`), headers: request.headers, body: text === '' ? null : (JSON.parse(text) as unknown) };
      asked.push(one);
      answer(one, response, asked.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

export const sendJson = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
