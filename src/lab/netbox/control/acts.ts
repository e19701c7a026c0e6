// Acts of a third party and of the weather: somebody edits, deletes, changes rights; the worker stalls; webhooks are lost, doubled or turned round.
import type { Application } from '../application';
import { signIn } from '../auth/session';
import type { OtherPlugin } from '../branching/other-plugin';
import type { Place } from '../branching/worker';
import type { Json } from '../store/row';
import { requestAs } from '../seed';
import type { Tampering } from '../webhooks/outbox';

export type Act =
  /** Any REST request in the name of a user, without a token: edit or delete an object of main or (by name) of a branch, change a permission, merge. */
  | { readonly do: 'request'; readonly as: string; readonly branch?: string; readonly method: string; readonly path: string; readonly body?: Json }
  /** What happens to the next deliveries, or to the next of one event. */
  | ({ readonly do: 'tamper-webhooks' } & Tampering)
  | { readonly do: 'redeliver-webhook'; readonly event?: string }
  /** Jobs and webhooks wait until released; with `before`, the worker goes on as far as there and stops, also inside a job. */
  | { readonly do: 'hold-worker'; readonly before?: Place }
  | { readonly do: 'release-worker' }
  /** What another plugin says to merges and reverts from now on; nothing said, nothing refused. */
  | ({ readonly do: 'other-plugin' } & OtherPlugin)
  /** A person signs in with a browser; the cookies come back. */
  | { readonly do: 'sign-in'; readonly as: string };

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
      application.worker.holdBefore(act.before ?? 'job');
      return { status: 200, body: {} };
    case 'release-worker':
      application.worker.release();
      return { status: 200, body: {} };
    case 'other-plugin': {
      const { validator, receiver } = act;
      application.state.otherPlugin = { ...(validator === undefined ? {} : { validator }), ...(receiver === undefined ? {} : { receiver }) };
      return { status: 200, body: {} };
    }
    case 'sign-in':
      return { status: 200, body: { ...signIn(application.state, act.as) } };
    default:
      return { status: 400, body: { detail: `unknown act ${JSON.stringify(act)}` } };
  }
}
