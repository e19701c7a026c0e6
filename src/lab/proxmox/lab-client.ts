// The tests' and the demo's hand on the simulator: typed calls of `/__lab/` (control/protocol.ts). The control is on loopback
// and knows no secret, so the simulator's own certificate is not checked here.
import { Agent, request } from 'node:https';
import type { Act, Fault, FaultOrder, Match, Requests } from './control/protocol';

export interface ProxmoxLab {
  requests(since?: number): Promise<Requests>;
  /** The same with those that `clear` made the counting forget. */
  allRequests(since?: number): Promise<Requests>;
  /** Arms a fault for the next matching request and tells its number. */
  fault(match: Match, fault: Fault, times?: number): Promise<number>;
  /** A third party acts exactly before (or after) the next matching request is handled. */
  actAt(match: Match, act: Act, when?: 'before' | 'after'): Promise<number>;
  order(order: FaultOrder): Promise<number>;
  /** Faults that have not fired (or are paused). */
  armed(): Promise<readonly { readonly id: number; readonly left: number; readonly order: FaultOrder }[]>;
  lift(id?: number): Promise<void>;
  act(act: Act): Promise<unknown>;
  advance(seconds: number): Promise<number>;
  guest(vmid: number): Promise<{ readonly text: string; readonly digest: string; readonly pool: string | null; readonly node: string; readonly main: Readonly<Record<string, string>> } | null>;
  /** No faults, no noted requests. */
  clear(): Promise<void>;
}

export function labOf(baseUrl: string): ProxmoxLab {
  // A connection for each call: nothing of a test keeps the simulator from closing.
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: false });
  const call = <T>(method: string, path: string, body?: unknown): Promise<T> => new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = request(new URL(`/__lab/${path}`, baseUrl), { agent, method, headers: { 'content-length': Buffer.byteLength(text) } }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(pieces).toString('utf8');
        if (response.statusCode !== 200) reject(new Error(`the lab's control refused ${method} ${path}: ${answer}`));
        else resolve((JSON.parse(answer) as { readonly data: T }).data);
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
  const order = async (given: FaultOrder): Promise<number> => (await call<{ readonly id: number }>('POST', 'faults', given)).id;
  return {
    requests: (since = 0) => call('GET', `requests?since=${since}`),
    allRequests: (since = 0) => call('GET', `requests?since=${since}&forgotten=1`),
    fault: (match, fault, times = 1) => order({ match, fault, times }),
    actAt: (match, act, when = 'before') => order({ match, act, when }),
    order,
    armed: () => call('GET', 'faults'),
    lift: (id) => call('DELETE', id === undefined ? 'faults' : `faults/${id}`),
    act: (act) => call('POST', 'act', act),
    advance: async (seconds) => (await call<{ readonly now: number }>('POST', 'clock', { advanceSeconds: seconds })).now,
    guest: (vmid) => call('GET', `guests/${vmid}`),
    async clear() {
      await call('DELETE', 'faults');
      await call('DELETE', 'requests');
    },
  };
}
