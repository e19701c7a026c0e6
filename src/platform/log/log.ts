// Carries P40: the one way to write a log line. Bindings and text lose their secrets here, so no caller has to remember it.
import { pino, stdTimeFunctions, type DestinationStream } from 'pino';
import { scrubText } from '../../kernel';
import { presentable } from './presentable';
import { readable } from './readable';

export interface Log {
  info(bindings: object, text: string): void;
  warn(bindings: object, text: string): void;
  error(bindings: object, text: string): void;
}

export interface LogOptions { readonly level: string; readonly pretty: boolean }

/** Lines are JSON, or one readable line each; written before the call returns. */
export function makeLog(options: LogOptions, destination: DestinationStream = pino.destination({ fd: 1, sync: true })): Log {
  return pino({
    level: options.level, base: null, timestamp: stdTimeFunctions.isoTime,
    formatters: { log: presentable },
    hooks: {
      logMethod(args, method) {
        method.apply(this, args.map((arg: unknown) => (typeof arg === 'string' ? scrubText(arg) : arg)) as typeof args);
      },
    },
  }, options.pretty ? readable(destination) : destination);
}

/** For tests and tools that have nobody to tell. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
