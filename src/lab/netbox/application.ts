// The simulated NetBox without sockets: one request in, one answer out, each a transaction; events of a request leave when it has succeeded.
import { authenticate } from './auth/authenticate';
import type { Caller } from './auth/authenticate';
import { Rights } from './auth/rights';
import { sessionCaller } from './auth/session';
import { activeBranch, noSchema } from './branching/active-branch';
import { BranchJobs } from './branching/jobs';
import { Worker } from './branching/worker';
import { graphql } from './graphql/endpoint';
import type { Answer, Call } from './http/exchange';
import { html, page, redirect } from './http/exchange';
import { failureOf } from './http/failure';
import type { NetBoxVersion } from './models/since-4-6';
import { metadata } from './rest/metadata';
import { provisionToken } from './rest/people';
import { Rest } from './rest/rest';
import { routeOf } from './rest/router';
import type { Route } from './rest/router';
import { asText } from './store/row';
import type { State } from './store/state';
import { View } from './store/view';
import { EventQueue } from './webhooks/event-queue';
import { Outbox } from './webhooks/outbox';

const PROVISION = '/api/users/tokens/provision/';
const GRAPHQL = '/graphql/';

/** Refusals tell the methods of the endpoint too; an exception nobody caught tells nothing. */
function answered(version: NetBoxVersion, allow: string, work: () => Answer): Answer {
  try {
    const answer = work();
    return { ...answer, headers: { ...answer.headers, Allow: allow } };
  } catch (error) {
    const answer = failureOf(error, version);
    return answer.status >= 500 ? answer : { ...answer, headers: { ...answer.headers, Allow: allow } };
  }
}

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
    const { path } = call;
    const reads = call.method === 'GET' || call.method === 'HEAD';
    if (reads && !path.endsWith('/')) return redirect(`${path}/`);
    const answer = path === GRAPHQL ? graphql(this.state, call, as) : this.#respond(call, as);
    if (!reads) this.changed();
    return { ...answer, headers: { ...answer.headers, ...(path.startsWith('/api/') ? { 'API-Version': this.state.version.slice(0, 3) } : {}), 'X-Request-ID': call.requestId } };
  }

  #respond(call: Call, as: Caller | undefined): Answer {
    if (call.path === PROVISION) return answered(this.state.version, 'POST, OPTIONS', () => this.state.undo.transaction(() => provisionToken(this.state, call)));
    const route = routeOf(call.path, this.state.version);
    if (route === undefined) return html(404, page('Page Not Found', this.state.version));
    try {
      const view = this.#viewFor(call, route);
      return answered(this.state.version, route.allow, () => this.#handled(call, route, view, as));
    } catch (error) {
      return failureOf(error, this.state.version);
    }
  }

  #viewFor(call: Call, route: Route): View {
    if (call.path === '/api/status/') return View.main(this.state);
    const { view, broken } = activeBranch(this.state, call);
    if (broken && route.isolated) throw noSchema();
    return view;
  }

  #handled(call: Call, route: Route, view: View, as: Caller | undefined): Answer {
    const caller = as ?? sessionCaller(this.state, call) ?? authenticate(this.state, call.headers['authorization'], call.address);
    const author = { user: caller.user.id, userName: asText(caller.user['username']), requestId: call.requestId, via: { method: call.method, path: call.path } };
    const events = new EventQueue();
    const rest = new Rest(this.state, call, new Rights(this.state, caller), view, author, events, this.jobs, this.outbox);
    if (call.method === 'OPTIONS') return metadata(rest, call.path.split('/').filter((part) => /[a-z]/.test(part)).at(-1)?.replaceAll('-', ' ') ?? '', route.model, route.id);
    const { answer, deliveries } = this.state.undo.transaction(() => ({ answer: route.handler(rest, route.id), deliveries: this.outbox.ofObjects(events.take(), author, view) }));
    this.outbox.send(deliveries);
    return answer;
  }
}
