// What was asked of the simulated cluster, without secrets: tests count calls here and look at what was sent.
import { findMethod } from '../../../proxmox/schema';
import type { RequestEntry, Requests } from './protocol';

const kept = 5000;
const secret = /password|passwd|secret|^value$/i;

export class RequestLog {
  private entries: RequestEntry[] = [];
  private last = 0;

  /** Notes a request when it has come; the returned function tells how it ended. */
  note(entry: Omit<RequestEntry, 'n' | 'at' | 'status'>): (status: number | null) => void {
    this.last += 1;
    const noted = { ...entry, params: Object.fromEntries(Object.entries(entry.params).map(([name, value]) => [name, secret.test(name) ? '(secret)' : value])), n: this.last, at: Date.now(), status: null as number | null };
    this.entries.push(noted);
    if (this.entries.length > kept) this.entries.splice(0, this.entries.length - kept);
    return (status) => { noted.status = status; };
  }

  since(number: number): Requests {
    const entries = this.entries.filter((entry) => entry.n > number);
    const counts: Record<string, number> = {};
    for (const { method, path } of entries) {
      const name = `${method} ${findMethod(method, path)?.spec.path ?? path}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return { last: this.last, counts, entries };
  }

  clear(): void {
    this.entries = [];
  }
}
