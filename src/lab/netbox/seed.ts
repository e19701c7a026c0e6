// The first state: users straight into the tables, everything else through the same REST handlers that clients use.
import { randomUUID } from 'node:crypto';
import type { Application } from './application';
import type { Caller } from './auth/authenticate';
import type { Call, Answer } from './http/exchange';
import { readQuery } from './http/exchange';
import { knownModel } from './models/registry';
import type { SeedRequest, SeedUser } from './options';
import { isObject } from './store/row';
import type { Json, Row } from './store/row';
import type { State } from './store/state';
import { View } from './store/view';
import { EventQueue } from './webhooks/event-queue';
import { Writer } from './write/writer';

export function createUsers(state: State, users: readonly SeedUser[]): void {
  const writer = new Writer(View.main(state), { user: null, userName: '', requestId: randomUUID() }, new EventQueue());
  for (const user of users) {
    const row = writer.create(knownModel('users.user'), { username: user.username, email: user.email ?? '', first_name: user.firstName ?? '', is_superuser: user.superuser ?? false, date_joined: state.clock.now() });
    state.passwords.set(row.id, user.password);
    const token = (version: 1 | 2, key: string | null, secret: string): void => void state.tokens.set(writer.create(knownModel('users.token'), { user: row.id, version, key }).id, secret);
    if (user.tokenV1 !== undefined) token(1, null, user.tokenV1);
    if (user.tokenV2 !== undefined) token(2, user.tokenV2.key, user.tokenV2.secret);
    for (const permission of user.permissions ?? [])
      writer.create(knownModel('users.objectpermission'), { name: permission.name, object_types: permission.objectTypes, actions: permission.actions, constraints: permission.constraints ?? null, users: [row.id] });
  }
}

/** A user of the simulated NetBox as a caller without a token. */
export function callerNamed(state: State, username: string): Caller {
  const user: Row | undefined = state.main.where('users.user', 'username', username)[0];
  if (user === undefined) throw new Error(`the simulated NetBox has no user "${username}"`);
  return { user, superuser: user['is_superuser'] === true, mayWrite: true };
}

/** Sends one request in process, in the named branch if one is given. */
export function requestAs(application: Application, request: Pick<SeedRequest, 'as' | 'branch' | 'path' | 'body'> & { readonly method?: string }, origin: string): Answer {
  const { state } = application;
  const branch = request.branch === undefined ? undefined : state.main.where('netbox_branching.branch', 'name', request.branch)[0];
  if (request.branch !== undefined && branch === undefined) throw new Error(`the simulated NetBox has no branch "${request.branch}"`);
  const [path = '', query = ''] = request.path.split('?');
  const call: Call = {
    method: request.method ?? 'POST', path, query: readQuery(query), origin, address: '127.0.0.1', requestId: randomUUID(), body: request.body === undefined ? '' : JSON.stringify(request.body),
    headers: { 'content-type': 'application/json', ...(branch === undefined ? {} : { 'x-netbox-branch': String(branch['schema_id']) }) },
  };
  return application.handle(call, callerNamed(state, request.as));
}

function filled(value: Json, ids: ReadonlyMap<string, number>): Json {
  if (typeof value === 'string') {
    const name = /^\{\{(.+)\}\}$/.exec(value)?.[1];
    return name === undefined ? value : idOf(name, ids);
  }
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => filled(item, ids));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member, ids)])) : value;
}

function idOf(name: string, ids: ReadonlyMap<string, number>): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`the seed refers to {{${name}}}, which no earlier request saved`);
  return id;
}

function saveIds(names: readonly string[], answer: Json, ids: Map<string, number>): void {
  const objects = Array.isArray(answer) ? (answer as readonly Json[]) : [answer];
  names.forEach((name, index) => {
    const object = objects[index];
    if (isObject(object) && typeof object['id'] === 'number') ids.set(name, object['id']);
  });
}

/** Runs the seed in order. No webhook leaves while it runs. */
export async function runSeed(application: Application, seed: readonly SeedRequest[], origin: string): Promise<void> {
  const ids = new Map<string, number>();
  application.outbox.tamper({ how: 'drop', next: Number.POSITIVE_INFINITY });
  for (const request of seed) {
    const path = request.path.replace(/\{\{(.+?)\}\}/g, (_all, name: string) => String(idOf(name, ids)));
    const answer = requestAs(application, { ...request, path, ...(request.body === undefined ? {} : { body: filled(request.body, ids) }) }, origin);
    if (answer.status >= 300) throw new Error(`the seed's ${request.method ?? 'POST'} ${path} was answered ${answer.status}: ${answer.body.slice(0, 500)}`);
    if (request.save !== undefined) saveIds(typeof request.save === 'string' ? [request.save] : request.save, JSON.parse(answer.body) as Json, ids);
    await application.worker.idle();
    const failed = [...application.state.jobs.values()].find((job) => job.status === 'errored');
    if (failed !== undefined) throw new Error(`the seed's ${path} ended in a failed job: ${failed.error}`);
  }
  application.outbox.tamper(null);
  application.outbox.sent.length = 0;
}
