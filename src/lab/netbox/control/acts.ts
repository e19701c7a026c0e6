// Acts of a third party and of the weather: somebody edits, deletes, changes rights; the worker stalls; webhooks are lost, doubled or turned round.
import type { Application } from '../application';
import type { Json } from '../store/row';
import { requestAs } from '../seed';
import type { Tampering } from '../webhooks/outbox';

export type Act =
  /** Any REST request in the name of a user, without a token: edit or delete an object of main or (by name) of a branch, change a permission, merge. */
  | { readonly do: 'request'; readonly as: string; readonly branch?: string; readonly method: string; readonly path: string; readonly body?: Json }
  /** What happens to the next deliveries, or to the next of one event. */
  | ({ readonly do: 'tamper-webhooks' } & Tampering)
  | { readonly do: 'redeliver-webhook'; readonly event?: string }
  /** Jobs and webhooks wait until released. */
  | { readonly do: 'hold-worker' }
  | { readonly do: 'release-worker' };

export interface ActResult { readonly status: number; readonly body: Json }

export function perform(application: Application, act: Act, origin: string): ActResult {
  switch (act.do) {
    case 'request': {
      const answer = requestAs(application, act, origin);
      const isJson = (answer.headers['Content-Type'] ?? '').startsWith('application/json');
      return { status: answer.status, body: isJson ? (JSON.parse(answer.body) as Json) : answer.body };
    }
    case 'tamper-webhooks':
      application.outbox.tamper(act);
      return { status: 200, body: {} };
    case 'redeliver-webhook':
      return application.outbox.redeliver(act.event) ? { status: 200, body: {} } : { status: 404, body: { detail: 'no such webhook was sent yet' } };
    case 'hold-worker':
      application.worker.hold();
      return { status: 200, body: {} };
    case 'release-worker':
      application.worker.release();
      return { status: 200, body: {} };
    default:
      return { status: 400, body: { detail: `unknown act ${JSON.stringify(act)}` } };
  }
}
