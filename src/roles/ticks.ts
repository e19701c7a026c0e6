// A tick that is still at its work is not begun a second time: a slow database would otherwise be asked more the slower it gets.
import type { Log } from '../platform/log';

export interface Tick { readonly name: string; readonly everyMillis: number; run(): Promise<void> }

export class Ticks {
  private readonly running = new Map<string, Promise<void>>();

  constructor(private readonly log: Pick<Log, 'warn'>) {}

  /** Begins it, or leaves it to the next time when it is still running. Never fails. */
  fire(tick: Tick): void {
    const { name } = tick;
    if (this.running.has(name)) return;
    this.running.set(name, tick.run().catch((error: unknown) => this.log.warn({ tick: name, error }, 'a tick failed; it comes again')).finally(() => this.running.delete(name)));
  }

  async settled(): Promise<void> {
    await Promise.all(this.running.values());
  }
}
