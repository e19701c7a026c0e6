// The log of a job is rows (B14): written in batches of 50 ms, announced once a batch, read back from any row on. Carries P28:
// a superseded worker writes no line into the log of its successor.
import type { Holder } from '../effects';
import { scrubText } from '../kernel';
import type { Database } from '../platform/database';

export type LineLevel = 'info' | 'warning' | 'error';
export interface Line { readonly seq: number; readonly time: string; readonly step: number | null; readonly level: LineLevel; readonly text: string }
export const linesChannel = 'apply_lines';
/** So many rows are read at once. */
export const pageOfLines = 5000;

export class LineStore {
  constructor(private readonly db: Database) {}

  async add({ id: jobId, fence }: Pick<Holder, 'id' | 'fence'>, lines: readonly { readonly step: number | null; readonly level: LineLevel; readonly text: string }[]): Promise<void> {
    // One statement, so one round trip; the counter in the job's row gives each batch its numbers, whoever writes beside it. A log
    // line is no receipt (those are effects): a power failure may cost the last ones, and a step need not wait for the disk.
    await this.db.rows(
      `with numbered as (update apply_jobs set lines = lines + $6 where id = $1 and fence = $5 returning lines - $6 as last),
       added as (
         insert into apply_lines (job_id, seq, step, level, text)
         select $1, last + n, step, level, text from numbered, unnest($2::integer[], $3::text[], $4::text[]) with ordinality as t(step, level, text, n) returning 1)
       select set_config('synchronous_commit', 'off', true), pg_notify($7, $1::text) from (select count(*) from added) done`,
      [jobId, lines.map((line) => line.step), lines.map((line) => line.level), lines.map((line) => scrubText(line.text)), fence, lines.length, linesChannel]);
  }

  read(jobId: string, afterSeq: number, limit = pageOfLines): Promise<Line[]> {
    return this.db.rows<Line>('select seq, at as time, step, level, text from apply_lines where job_id = $1 and seq > $2 order by seq limit $3', [jobId, afterSeq, limit]);
  }

  async last(jobId: string): Promise<number> {
    return (await this.db.one<{ seq: number }>('select coalesce(max(seq), 0)::integer as seq from apply_lines where job_id = $1', [jobId])).seq;
  }
}

const batchMillis = 50;

/** Collects lines and writes them together; `flush` before a state is told, so that a state never overtakes its lines. */
export class LineWriter {
  private waiting: { step: number | null; level: LineLevel; text: string }[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly store: LineStore, private readonly holder: Pick<Holder, 'id' | 'fence'>) {}

  say(text: string, step: number | null = null, level: LineLevel = 'info'): void {
    this.waiting.push({ step, level, text });
    this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), batchMillis);
  }

  /** Everything said so far is in its rows when this resolves; a failed write keeps its lines for the next one. */
  flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.catch(() => undefined).then(async () => {
      const lines = this.waiting;
      if (lines.length === 0) return;
      this.waiting = [];
      try {
        await this.store.add(this.holder, lines);
      } catch (trouble) {
        this.waiting = [...lines, ...this.waiting];
        throw trouble;
      }
    });
    return this.writing;
  }
}
