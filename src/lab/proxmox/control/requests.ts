// What was asked of the simulated cluster, without secrets: tests count calls here and look at what was sent.
import { findMethod } from '../../../proxmox/schema';
import type { RequestEntry, Requests } from './protocol';

const kept = 5000;
const secret = /password|passwd|secret|^value$/i;

const masked = (params: RequestEntry['params']): RequestEntry['params'] => Object.fromEntries(Object.entries(params).map(([name, value]) => [name, secret.test(name) ? '(secret)' : value]));

export class RequestLog {
  /** A ring: entry `n` stands at `n % kept` until entry `n + kept` takes its place. */
  private readonly ring: RequestEntry[] = [];
  private last = 0;
  private forgotten = 0;

  /** Notes a request when it has come; the returned function tells how it ended. */
  note(entry: Omit<RequestEntry, 'n' | 'at' | 'status'>): (status: number | null) => void {
    this.last += 1;
    const noted = { ...entry, params: masked(entry.params), n: this.last, at: Date.now(), status: null as number | null };
    this.ring[this.last % kept] = noted;
    return (status) => { noted.status = status; };
  }

  since(number: number, forgottenToo = false): Requests {
    const after = Math.max(number, this.last - kept, forgottenToo ? 0 : this.forgotten);
    const entries = Array.from({ length: Math.max(0, this.last - after) }, (_none, index) => this.ring[(after + 1 + index) % kept] ?? []).flat();
    const counts: Record<string, number> = {};
    for (const { method, path } of entries) {
      const name = `${method} ${findMethod(method, path)?.spec.path ?? path}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return { last: this.last, counts, entries };
  }

  /** A test counts afresh; who has to see every request still finds the forgotten ones. */
  clear(): void {
    this.forgotten = this.last;
  }
}
