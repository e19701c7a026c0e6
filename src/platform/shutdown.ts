// An orderly end: what was started last stops first, each part once, within a deadline. What does not end in time is left to
// the rows: every effect has its intent row, so the next start settles it by looking (P25).
import type { Log } from './log';

export interface ShutdownOptions {
  readonly log: Log;
  readonly patienceMillis?: number;
  /** Ends the process; given by tests. */
  readonly exit?: (code: number) => void;
}

export class Shutdown {
  private readonly parts: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  private ending: Promise<void> | null = null;
  private readonly exit: (code: number) => void;

  constructor(private readonly options: ShutdownOptions) {
    this.exit = options.exit ?? ((code) => process.exit(code));
  }

  /** Parts stop in the reverse order of these calls. */
  onStop(name: string, stop: () => Promise<void> | void): void {
    this.parts.push({ name, stop });
  }

  /** SIGTERM and SIGINT end the process in order; a second signal ends it at once. */
  listen(): () => void {
    const hear = (signal: NodeJS.Signals): void => {
      if (this.ending !== null) return this.exit(1);
      void this.stop(signal).then(() => this.exit(0), () => this.exit(1));
    };
    process.on('SIGTERM', hear).on('SIGINT', hear);
    return () => void process.off('SIGTERM', hear).off('SIGINT', hear);
  }

  /** Stops every part even when one fails; rejects when one failed or the deadline passed. */
  stop(reason: string): Promise<void> {
    this.ending ??= this.end(reason);
    return this.ending;
  }

  private async end(reason: string): Promise<void> {
    const { log, patienceMillis = 20_000 } = this.options;
    log.info({ reason }, 'stopping');
    const failed: string[] = [];
    let current = '';
    const all = (async () => {
      for (const part of [...this.parts].reverse()) {
        current = part.name;
        await Promise.resolve().then(() => part.stop()).catch((error: unknown) => { failed.push(part.name); log.error({ part: part.name, error }, 'a part did not stop cleanly'); });
      }
    })();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => { timer = setTimeout(() => resolve('late'), patienceMillis); });
    const how = await Promise.race([all, late]);
    clearTimeout(timer);
    if (how === 'late') {
      log.error({ part: current, patienceMillis }, 'a part did not stop in time');
      throw new Error(`${current} did not stop within ${patienceMillis} ms`);
    }
    if (failed.length > 0) throw new Error(`did not stop cleanly: ${failed.join(', ')}`);
  }
}
