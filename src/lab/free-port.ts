// The lab takes the usual port where it is free and any other where it is not: a newcomer's machine may be busy.
import { createServer } from 'node:net';

export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)));
  });
}
