// A Proxmox node has three workers for protected calls and each is blocked while it works (Proxmox VE 8.4), so a client that
// asks more than two things at once takes the node away from people.

/** At most `limit` at once per key, the others in order of arrival. */
export class Turnstile {
  private readonly inside = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(private readonly limit: number) {}

  async through<T>(key: string, work: () => Promise<T>): Promise<T> {
    await this.enter(key);
    try {
      return await work();
    } finally {
      this.leave(key);
    }
  }

  private async enter(key: string): Promise<void> {
    const inside = this.inside.get(key) ?? 0;
    if (inside < this.limit) {
      this.inside.set(key, inside + 1);
      return;
    }
    await new Promise<void>((resolve) => { this.waiting.set(key, [...(this.waiting.get(key) ?? []), resolve]); });
  }

  /** The place is handed to the next in line, or given back. */
  private leave(key: string): void {
    const [next, ...rest] = this.waiting.get(key) ?? [];
    if (next !== undefined) {
      if (rest.length === 0) this.waiting.delete(key);
      else this.waiting.set(key, rest);
      next();
      return;
    }
    const inside = (this.inside.get(key) ?? 1) - 1;
    if (inside === 0) this.inside.delete(key);
    else this.inside.set(key, inside);
  }
}
