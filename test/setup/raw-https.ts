// A bare TLS socket for what an HTTP client would not send, or would not show.
import { connect, type TLSSocket } from 'node:tls';

export interface RawAnswer { readonly status: number; readonly reason: string; readonly headers: readonly (readonly [string, string])[]; readonly body: string }
export interface RawConnection {
  /** Sends a request and reads one answer; null when the server hung up without one. */
  ask(text: string): Promise<RawAnswer | null>;
  readonly closed: Promise<void>;
  close(): void;
}

export async function rawHttps(url: string, ca: string): Promise<RawConnection> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ca });
  await new Promise<void>((resolve, reject) => { socket.once('secureConnect', resolve).once('error', reject); });
  let received = '';
  let wake: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => { socket.once('close', () => { wake(); resolve(); }); });
  // A reset is an end like another.
  socket.on('error', () => undefined).setEncoding('utf8').on('data', (piece: string) => { received += piece; wake(); });
  return {
    async ask(text) {
      received = '';
      socket.write(text);
      for (;;) {
        const answer = parsed(received, socket.closed);
        if (answer !== null || socket.closed) return answer;
        await new Promise<void>((resolve) => { wake = resolve; });
      }
    },
    closed,
    close: () => socket.destroy(),
  };
}

export const headerOf = (answer: RawAnswer, name: string): readonly string[] => answer.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);

/** Whole by its length, or because the connection has ended. */
export function parsed(text: string, isEnded: boolean): RawAnswer | null {
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return null;
  const [first = '', ...lines] = text.slice(0, end.index).split(/\r?\n/);
  const [, status = '0', reason = ''] = /^HTTP\/1\.1 (\d+) ?(.*)$/.exec(first) ?? [];
  const answer = { status: Number(status), reason, headers: lines.map((line): readonly [string, string] => [line.split(': ')[0] ?? '', line.split(': ').slice(1).join(': ')]), body: text.slice(end.index + end[0].length) };
  const length = headerOf(answer, 'Content-Length')[0];
  return isEnded || (length !== undefined && Buffer.byteLength(answer.body) >= Number(length)) ? answer : null;
}
