// Hears NOTIFY on a connection of its own. A notification is a hint, the rows are the truth: after a lost connection the
// listener is told '' once, so that it reads the rows again (P33).
import { Client } from 'pg';

const firstPauseMillis = 100;
const longestPauseMillis = 10_000;

/** Resolves once the channel is heard; the result ends it. A lost connection comes back with a growing pause. */
export async function listenOn(url: string, channel: string, hear: (payload: string) => void): Promise<() => Promise<void>> {
  let closed = false;
  let current: Client | null = null;
  let timer: NodeJS.Timeout | null = null;

  const connect = async (): Promise<void> => {
    const client = new Client({ connectionString: url, keepAlive: true, application_name: `sluice listens to ${channel}` });
    client.on('error', () => undefined);
    client.on('notification', (message) => hear(message.payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (trouble) {
      await client.end().catch(() => undefined);
      throw trouble;
    }
    if (closed) return client.end();
    current = client;
    client.once('end', () => { current = null; again(firstPauseMillis); });
  };

  const again = (pauseMillis: number): void => {
    if (closed) return;
    timer = setTimeout(() => void connect().then(() => { if (!closed) hear(''); }, () => again(Math.min(pauseMillis * 2, longestPauseMillis))), pauseMillis);
  };

  await connect();
  return async () => {
    closed = true;
    if (timer !== null) clearTimeout(timer);
    await current?.end();
  };
}
