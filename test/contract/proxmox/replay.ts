// Sends the recorded requests, in their order, to the simulator and holds both answers against each other: status, text,
// errors, how tasks ended, and which members a 200 has. Ids, MACs, digests and times are each side's own.
import { labOf, pveCaller, startProxmoxSim, type PveAnswer, type PveCaller } from '../../../src/lab/proxmox';
import { Credentials } from './credentials';
import { meanwhile, options } from './meanwhile';
import { notPlayed } from './not-played';
import { requestOf, type Exchange, type Request } from './recording';
import { taskApart } from './task-compare';
import { missingMembers, valuesOf } from './values';
import { headersApart } from './wire-compare';

export interface Difference { readonly seq: number; readonly what: string; readonly real: string; readonly ours: string; readonly request: string }
export interface Replay { readonly compared: number; readonly agreeing: number; readonly differences: readonly Difference[]; readonly skipped: ReadonlyMap<string, number> }

const form = (params: readonly (readonly [string, string])[]): string => params.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

/** Texts without what each side chooses for itself. */
export const plain = (text: string): string => text.replace(/UPID:[^\s"']*/g, 'UPID').replace(/\.tmp\.\d+/g, '.tmp').trimEnd();

export async function replay(exchanges: readonly Exchange[]): Promise<Replay> {
  const sim = await startProxmoxSim(options);
  const url = sim.nodes[0]?.url ?? '';
  const lab = labOf(url);
  const root = pveCaller(url, sim.caPem, { id: sim.tokenIds.root, secret: 'root' });
  const nobody = pveCaller(url, sim.caPem, null);
  const credentials = new Credentials();
  /** Recorded digest or UPID -> ours. */
  const ours = new Map<string, string>();
  const differences: Difference[] = [];
  const skipped = new Map<string, number>();
  let [compared, agreeing] = [0, 0];
  const translated = (text: string): string => [...ours].reduce((sum, [real, mine]) => (sum.includes(real) ? sum.split(real).join(mine) : sum), text);

  const ask = async (exchange: Exchange, request: Request): Promise<PveAnswer> => {
    const headers = credentials.headersOf(request.headers);
    const caller = request.isByRootToken ? root : nobody;
    const [path = '', query = ''] = exchange.path.split('?');
    const params = form(request.params.map(([name, value]) => [name, credentials.ticketFor(translated(value))]));
    const inQuery = exchange.method === 'GET' || exchange.method === 'DELETE';
    const target = translated(path) + ([query, inQuery ? params : ''].some((part) => part !== '') ? `?${[query, inQuery ? params : ''].filter((part) => part !== '').join('&')}` : '');
    const body = request.body ?? (inQuery ? '' : params);
    return caller.raw(exchange.method, target, { ...(body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...headers }, body);
  };

  try {
    for (const exchange of exchanges) {
      await meanwhile[exchange.seq]?.({ lab, root, ours, credentials });
      // The recorder took its time; statistics rounds come every ten seconds.
      if (exchange.path.endsWith('/cluster/resources')) await lab.advance(11);
      const why = notPlayed(exchange);
      if (why !== undefined) {
        skipped.set(why, (skipped.get(why) ?? 0) + 1);
        continue;
      }
      const request = requestOf(exchange);
      let answer = await ask(exchange, request);
      credentials.note(answer);
      remember(ours, exchange, answer);
      compared += 1;
      let found = await compare(exchange, answer, root);
      // A task without a UPID to follow (templates of containers) may still run: a list is looked at again.
      for (let look = 0; found?.real === '(all rows)' && look < 10; look += 1) {
        answer = await ask(exchange, request);
        found = await compare(exchange, answer, root);
      }
      if (found === null) agreeing += 1;
      else differences.push({ seq: exchange.seq, request: `${exchange.method} ${exchange.path.replace('/api2/json', '')} ${exchange.params.join(' ').slice(0, 160)}`, ...found });
    }
  } finally {
    for (const caller of [root, nobody]) caller.close();
    await sim.close();
  }
  return { compared, agreeing, differences, skipped };
}

function remember(ours: Map<string, string>, exchange: Exchange, answer: PveAnswer): void {
  const real = typeof exchange.body === 'object' ? exchange.body?.data : null;
  const mine = answer.body?.data;
  if (typeof real === 'string' && real.startsWith('UPID:') && typeof mine === 'string') ours.set(real, mine).set(encodeURIComponent(real), encodeURIComponent(mine));
  const digest = (data: unknown): string | null => (typeof data === 'object' && data !== null && 'digest' in data && typeof data.digest === 'string' ? data.digest : null);
  const [a, b] = [digest(real), digest(mine)];
  if (a !== null && b !== null) ours.set(a, b);
}

async function compare(exchange: Exchange, answer: PveAnswer, root: PveCaller): Promise<Pick<Difference, 'what' | 'real' | 'ours'> | null> {
  const body = typeof exchange.body === 'object' ? exchange.body : null;
  const differs = (what: string, real: string, mine: string): Pick<Difference, 'what' | 'real' | 'ours'> | null => (plain(real) === plain(mine) ? null : { what, real: plain(real), ours: plain(mine) });
  const text = (message: string | undefined): string => (message === undefined ? '' : `: ${message}`);
  const status = differs('status', `${exchange.status}${text(body?.message ?? (exchange.status >= 400 ? exchange.reason : undefined))}`, `${answer.status}${text(answer.body?.message ?? (answer.status >= 400 ? answer.reason : undefined))}`);
  if (status !== null) return status;
  const reason = exchange.status >= 400 ? differs('reason', exchange.reason, answer.reason) : null;
  if (reason !== null) return reason;
  const headers = headersApart(exchange, answer);
  if (headers !== null) return { what: 'headers', ...headers };
  const errors = differs('errors', sorted(body?.errors ?? {}), sorted(answer.body?.errors ?? {}));
  if (errors !== null || exchange.status >= 400) return errors;
  if (typeof exchange.body === 'string') return null;
  if (exchange.task_status?.exitstatus !== undefined) return taskApart(exchange, answer, await root.finished(answer));
  const missing = missingMembers(body?.data, answer.body?.data);
  if (missing.length > 0) return { what: 'members', real: missing.join(', '), ours: '' };
  const isRead = exchange.method === 'GET' || /\/access\/ticket$|\/token\/\w+$|\/storage(?:\/|$)/.test(exchange.path);
  return isRead ? differs('values', valuesOf(exchange.path, body?.data), valuesOf(exchange.path, answer.body?.data)) : null;
}

const sorted = (errors: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(errors).sort(([a], [b]) => (a < b ? -1 : 1)));
