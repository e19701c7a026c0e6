// Server-sent events on the wire (B14). A batch is put into its frame once, whoever listens; Nest's own @Sse formats it anew for
// each listener, which is what 500 of them starve on (npm run bench). A listener that cannot keep up is let go: it comes back
// with the last line it saw and gets the rest from the rows.
import type { Response } from 'express';
import type { Observable } from 'rxjs';
import type { JobEvent } from './events';

const heartbeatMillis = 15_000;
const mostBufferedBytes = 4 * 1024 * 1024;

const frames = new WeakMap<JobEvent, Buffer>();
function frameOf(event: JobEvent): Buffer {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const made = Buffer.from(`event: ${event.type}\nid: ${event.id}\ndata: ${event.data}\n\n`);
  frames.set(event, made);
  return made;
}

/** Answers with the events until they complete or the listener goes. `data` is JSON, so it holds no line break. */
export function streamEvents(response: Response, events: Observable<JobEvent>): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMillis);
  const subscription = events.subscribe({
    next: (event) => {
      response.write(frameOf(event));
      if (response.writableLength > mostBufferedBytes) response.destroy();
    },
    complete: () => response.end(),
    error: () => response.destroy(),
  });
  response.on('close', () => {
    clearInterval(heartbeat);
    subscription.unsubscribe();
  });
}
