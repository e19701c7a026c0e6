export { makeLog, silentLog, type Log, type LogOptions } from './log';
