// The lab control of a simulated NetBox for tests and for the lab itself, typed.
import type { Act, ActResult } from './control/acts';
import type { FaultOrder } from './control/faults';
import type { LoggedRequest } from './control/request-log';
import type { GateConfig } from './store/state';
import type { DeliveryRecord } from './webhooks/outbox';

export interface NetBoxLab {
  /** What was asked after request number `since`, oldest first. */
  requests(since?: number): Promise<readonly LoggedRequest[]>;
  lastRequest(): Promise<number>;
  deliveries(): Promise<readonly DeliveryRecord[]>;
  fault(order: FaultOrder): Promise<void>;
  clearFaults(): Promise<void>;
  /** Moves NetBox's clock forward; signatures of the gate keep the machine's. */
  advance(seconds: number): Promise<void>;
  act(act: Act): Promise<ActResult>;
  gate(gate: Omit<GateConfig, 'netbox'> & { readonly netbox?: string }): Promise<void>;
  noGate(): Promise<void>;
  /** Waits until the worker has nothing to do: jobs have ended, webhooks are out. */
  idle(): Promise<void>;
}

/** `url` is that of the running simulator. */
export function netboxLabOf(url: string): NetBoxLab {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/__lab/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }) });
    const answer: unknown = await response.json();
    if (!response.ok && path !== 'act') throw new Error(`the NetBox lab answered ${response.status} to ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const nothing = async (method: string, path: string, body?: unknown): Promise<void> => void (await call(method, path, body));
  return {
    requests: async (since = 0) => ((await call('GET', `requests?since=${since}`)) as { requests: readonly LoggedRequest[] }).requests,
    lastRequest: async () => ((await call('GET', 'requests?since=9007199254740991')) as { last: number }).last,
    deliveries: async () => ((await call('GET', 'deliveries')) as { deliveries: readonly DeliveryRecord[] }).deliveries,
    fault: (order) => nothing('POST', 'faults', order),
    clearFaults: () => nothing('DELETE', 'faults'),
    advance: (advanceSeconds) => nothing('POST', 'clock', { advanceSeconds }),
    act: async (act) => (await call('POST', 'act', act)) as ActResult,
    gate: (gate) => nothing('POST', 'gate', gate),
    noGate: () => nothing('DELETE', 'gate'),
    idle: () => nothing('POST', 'idle'),
  };
}
