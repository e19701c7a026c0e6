// Carries P26, P30: the table from an answer to the class of its outcome. What Proxmox certainly did not do, what it may have
// half done, and what nobody knows are three things; whatever this table does not know is `unknown`. Pure.
import { exhaustive, no, notObserved, type Observed, type Upid } from '../kernel';
import type { WriteOutcome } from './ports';
import { answerText, type Answered, type Exchange } from './exchange';
import type { WriteRequest } from './requests';

const upidShape = /^UPID:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/;
export const asUpid = (value: unknown): Upid | null => (typeof value === 'string' && upidShape.test(value) ? (value as Upid) : null);

/** Answers of a gateway or of Proxmox's own HTTP server that say: the call was not even begun. */
const neverBegun = new Set([301, 302, 303, 307, 308, 401, 404, 405, 411, 413, 414, 415, 501, 506]);

/** Texts of a 500 that Proxmox says before its first effect (VE 8.4). */
const refusedTexts: readonly RegExp[] = [
  /^checksum mismatch \(file change by other user\?\)/, /^detected modified configuration - file changed by other user\?/,
  /^(?:VM|CT) is locked \([^)]*\)/, /- protection mode enabled$/, /^VM \d+ is running - destroy failed/, /^unable to destroy CT \d+ - container is running/,
  /used in HA resources and purge parameter not set/, /^There is a replication job '/, /already exists on node '/, /^no options specified/,
  /^Configuration file 'nodes\/.*' does not exist/, /^unable to find configuration file for (?:VM|CT) \d+/, /^(?:VM|CT) \d+ (?:not running|already running)/, /^VM is paused - cannot shutdown/, /^only root can set '/, /^hostname lookup '/, /^unable to get remote IP address for node '/, /^no such cluster node '/, /^proxy loop detected/,
  /^(?:update pools|ACL update) failed: (?:400|403) /, /^update pools failed: (?:VM|CT) \d+ (?:is already a pool member|is not a pool member|belongs already to pool)/, /^(?:update pools|ACL update) failed: (?:pool|role|user) '[^']*' does not exist/, /^ACL update failed: no such (?:user|token)/,
];
const passingTexts: readonly RegExp[] = [
  /^can't lock file '.*' - got timeout/, /^got no worker upid - start worker failed/, /^cluster not ready - no quorum\?/, /cfs-lock '[^']*' error: (?:no quorum!|got lock request timeout)/,
];
const halfDone = /^(?:hotplug problem|unable to apply pending change)/;

export function writeOutcome(exchange: Exchange, asked: Pick<WriteRequest, 'answer' | 'config'>): WriteOutcome {
  switch (exchange.kind) {
    case 'not-sent': return { class: 'not-applied', status: 0, text: exchange.text, transient: exchange.passing };
    case 'lost': return { class: 'unknown', text: exchange.text };
    case 'answered': return ofAnswer(exchange, asked);
    default: return exhaustive(exchange);
  }
}

function ofAnswer(answer: Answered, asked: Pick<WriteRequest, 'answer' | 'config'>): WriteOutcome {
  const { status } = answer;
  const text = answerText(answer);
  const not = (transient: boolean): WriteOutcome => ({ class: 'not-applied', status, text, transient });
  const partly: WriteOutcome = { class: 'partly-applied', status, text, errors: answer.errors };
  if (status === 200) return ofSuccess(answer, asked);
  if (neverBegun.has(status)) return not(false);
  if (status === 400) return asked.config !== null && Object.values(answer.errors).some((error) => halfDone.test(error)) ? partly : not(false);
  // Rights on drives, tags and devices are checked between the keys of a qemu configuration write.
  if (status === 403) return asked.config === 'qemu' ? partly : not(false);
  if (status === 429 || status === 595) return not(true);
  if (status === 500 && answer.own) {
    if (passingTexts.some((shape) => shape.test(answer.message))) return not(true);
    if (refusedTexts.some((shape) => shape.test(answer.message))) return not(false);
    if (asked.config !== null) return partly;
    // What starts a task checks first and forks last: without a UPID there is no worker.
    if (asked.answer === 'task') return not(false);
  }
  return { class: 'unknown', text: `${status} ${text}` };
}

function ofSuccess(answer: Answered, asked: Pick<WriteRequest, 'answer'>): WriteOutcome {
  const upid = asUpid(answer.data);
  if (upid !== null) return { class: 'started', upid };
  if (asked.answer === 'nothing' && answer.data === null) return { class: 'applied' };
  return { class: 'unknown', text: `200, but ${asked.answer === 'task' ? 'without a task id' : 'with something where nothing was expected'}: ${shown(answer.data)}` };
}

/** A read: anything but a well-formed 200 is no observation (P41). `telling` names other statuses that say something too. */
export function observed<T>(exchange: Exchange, where: string, read: (data: unknown, answer: Answered) => Observed<T>, telling: readonly number[] = []): Observed<T> {
  switch (exchange.kind) {
    case 'not-sent': case 'lost': return no({ kind: 'transient', where, text: exchange.text });
    case 'answered':
      if (exchange.status === 200 || telling.includes(exchange.status)) return read(exchange.data, exchange);
      return passing.has(exchange.status) ? no({ kind: 'transient', where, text: `${exchange.status} ${answerText(exchange)}` }) : notObserved(where, `${exchange.status} ${answerText(exchange)}`);
    default: return exhaustive(exchange);
  }
}

const passing = new Set([429, 502, 503, 504, 595, 596, 597, 599]);

function shown(data: unknown): string {
  const text = JSON.stringify(data) ?? 'undefined';
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
