// `/__lab/` over HTTP (described in control/protocol.ts). What cannot be read is answered 400 with the reason.
import { BadAct, perform } from '../control/acts';
import type { Faults } from '../control/faults';
import type { Act, FaultOrder } from '../control/protocol';
import type { RequestLog } from '../control/requests';
import type { Cluster } from '../cluster';
import { textAndDigest } from '../config-text';
import { answerOk, answerPlain, type WireAnswer } from './answer';

export interface Control { readonly cluster: Cluster; readonly log: RequestLog; readonly faults: Faults }

export function control({ cluster, log, faults }: Control, method: string, path: string, query: URLSearchParams, body: string): WireAnswer {
  try {
    const given = body === '' ? {} : (JSON.parse(body) as unknown);
    const [, word = '', id] = /^\/__lab\/(\w+)(?:\/(\d+))?$/.exec(path) ?? [];
    switch (`${method} ${word}`) {
      case 'GET requests': return answerOk(log.since(Number(query.get('since') ?? 0), query.get('forgotten') === '1'));
      case 'DELETE requests': log.clear(); return answerOk(null);
      case 'GET faults': return answerOk(faults.list());
      case 'POST faults': return answerOk({ id: faults.arm(asOrder(given)) });
      case 'DELETE faults': faults.lift(id === undefined ? undefined : Number(id)); return answerOk(null);
      case 'POST clock': return answerOk({ now: advance(cluster, given) });
      case 'POST act': return answerOk(perform(cluster, given as Act) ?? null);
      case 'GET guests': {
        const guest = cluster.guest(id ?? '');
        return answerOk(guest === null ? null : { ...guest, pool: cluster.state.poolOf[guest.vmid] ?? null, ...textAndDigest(guest) });
      }
      default: return answerPlain(404, 'no such control');
    }
  } catch (error) {
    if (error instanceof BadAct || error instanceof SyntaxError || (error instanceof Error && error.message.startsWith('unexpected value'))) return answerPlain(400, error.message.split('\n')[0] ?? '');
    throw error;
  }
}

function asOrder(given: unknown): FaultOrder {
  if (typeof given !== 'object' || given === null || !('match' in given) || !('fault' in given || 'act' in given)) throw new BadAct('a fault needs `match` and `fault` or `act`');
  return given as FaultOrder;
}

function advance(cluster: Cluster, given: unknown): number {
  const seconds = typeof given === 'object' && given !== null && 'advanceSeconds' in given ? Number(given.advanceSeconds) : NaN;
  if (!Number.isInteger(seconds)) throw new BadAct('the clock needs `advanceSeconds`, a whole number');
  cluster.state.clockOffset += seconds;
  cluster.tick();
  cluster.commit();
  return cluster.now();
}
