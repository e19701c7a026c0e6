// The stream of a job (B14) until its end. A connection that breaks is made anew at the last line that was seen; what was missed
// meanwhile comes from the rows, so no line is shown twice and none is left out.
import { EventSource } from 'eventsource';
import type { JobState, Line } from '../apply';
import type { SluiceClient } from './ask-sluice';
import { unreachable } from './ask-sluice';
import { cannotTell } from './exit-code';

export interface Follower {
  readonly after: number;
  /** So long without an answer ends it. */
  readonly patienceMillis: number;
  lines(lines: readonly Line[]): void;
  state(state: JobState): void;
  note(text: string): void;
}

/** Resolves when the job has ended, or stands until a person acts. */
export function followJob(client: SluiceClient, path: string, follower: Follower): Promise<void> {
  return new Promise((resolve, reject) => {
    let silentSince: number | null = null;
    let why = '';
    const source = new EventSource(`${client.url}${path}${follower.after === 0 ? '' : `?after=${follower.after}`}`, {
      fetch: (address, init) => client.fetch(address, { ...init, signal: init.signal as AbortSignal }).catch((trouble: unknown) => { why = unreachable(client.url, trouble); throw trouble; }),
    });
    const end = (): void => { source.close(); resolve(); };
    source.addEventListener('open', () => {
      if (silentSince !== null) follower.note('connected again');
      silentSince = null;
    });
    source.addEventListener('lines', ({ data }) => follower.lines(JSON.parse(data as string) as readonly Line[]));
    source.addEventListener('gap', () => follower.note('gap: Sluice knows fewer lines than were seen; they are shown from the first'));
    source.addEventListener('state', ({ data }) => {
      const { state } = JSON.parse(data as string) as { readonly state: JobState };
      follower.state(state);
      // Nothing comes after it until a person resumes the job.
      if (state === 'stuck') end();
    });
    source.addEventListener('end', end);
    source.addEventListener('error', ({ code, message }) => {
      silentSince ??= Date.now();
      if (source.readyState !== EventSource.CLOSED && Date.now() - silentSince < follower.patienceMillis) {
        if (why !== '') follower.note(`${why} Trying again.`);
        return;
      }
      // eventsource 4.1 sets its timer to reconnect after this event; closed before that, it would keep the process for 3 s more.
      queueMicrotask(() => source.close());
      reject(cannotTell(why !== '' ? why : `The stream of the log ended (${code ?? message ?? 'no reason given'}). Follow it again with --after.`));
    });
  });
}
