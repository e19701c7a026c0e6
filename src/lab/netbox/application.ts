// The simulated NetBox without sockets: one request in, one answer out, each a transaction; events of a request leave when it has succeeded.
import { authenticate } from './auth/authenticate';
import type { Caller } from './auth/authenticate';
import { Rights } from './auth/rights';
import { BranchJobs } from './branching/jobs';
import { Worker } from './branching/worker';
import type { Answer, Call } from './http/exchange';
import { html, page } from './http/exchange';
import { failureOf } from './http/failure';
import { provisionToken } from './rest/people';
import { Rest } from './rest/rest';
import { routeOf } from './rest/router';
import type { Route } from './rest/router';
import { asText } from './store/row';
import type { State } from './store/state';
import { View } from './store/view';
import { EventQueue } from './webhooks/event-queue';
import { Outbox } from './webhooks/outbox';
import { PlainText, ServerError } from './write/errors';

const PROVISION = '/api/users/tokens/provision/';

export class Application {
  readonly worker = new Worker();
  readonly outbox: Outbox;
  readonly jobs: BranchJobs;

  constructor(
    readonly state: State,
    /** Called whenever something changed that must survive a restart. */
    private readonly changed: () => void,
  ) {
    this.outbox = new Outbox(state, this.worker);
    this.jobs = new BranchJobs(state, this.worker, this.outbox, changed);
  }

  /** Answers a request. `as` lets the seed and third parties of the lab act as a user without a token. */
  handle(call: Call, as?: Caller): Answer {
    const { path, method } = call;
    if (!path.endsWith('/')) return method === 'GET' || method === 'HEAD' ? html(301, '', { Location: `${path}/` }) : html(404, page('Page Not Found'));
    const answer = this.#respond(call, as);
    if (method !== 'GET' && method !== 'HEAD') this.changed();
    return { ...answer, headers: { ...answer.headers, 'X-Request-ID': call.requestId } };
  }

  #respond(call: Call, as: Caller | undefined): Answer {
    try {
      if (call.path === PROVISION) return this.state.undo.transaction(() => provisionToken(this.state, call));
      const route = routeOf(call.path);
      const view = route === undefined || call.path === '/api/status/' ? View.main(this.state) : this.#viewFor(call, route);
      if (route === undefined) return html(404, page('Page Not Found'));
      const caller = as ?? authenticate(this.state, call.headers['authorization'], call.address);
      const author = { user: caller.user.id, userName: asText(caller.user['username']), requestId: call.requestId };
      const events = new EventQueue();
      const rest = new Rest(this.state, call, new Rights(this.state, caller), view, author, events, this.jobs, this.outbox);
      const { answer, deliveries } = this.state.undo.transaction(() => ({ answer: route.handler(rest, route.id), deliveries: this.outbox.ofObjects(events.take(), author, view) }));
      this.outbox.send(deliveries);
      return answer;
    } catch (error) {
      return failureOf(error);
    }
  }

  /** Header `X-NetBox-Branch`, or `?_branch=`. The header of a branch that is not ready breaks the request, the parameter is silently ignored (1.1.2). */
  #viewFor(call: Call, route: Route): View {
    const header = call.headers['x-netbox-branch'];
    const main = View.main(this.state);
    const schemaId = header ?? call.query.get('_branch')?.at(-1);
    if (schemaId === undefined || schemaId === '') return main;
    const branch = this.state.branchRow(schemaId);
    if (branch === undefined) throw new PlainText(400, 'Invalid branch identifier');
    const space = this.state.branches.get(schemaId);
    if (branch['status'] === 'ready' && space !== undefined) return new View(this.state, space);
    if (header !== undefined && route.isolated) throw new ServerError('AttributeError', "'HttpResponseBadRequest' object has no attribute 'schema_name'");
    return main;
  }
}
