// What every REST handler works with: the caller, the tables this request sees, and where its writes are written down.
import type { Rights } from '../auth/rights';
import type { Call, Answer } from '../http/exchange';
import { Representer } from '../read/represent';
import type { Json } from '../store/row';
import type { State } from '../store/state';
import type { View } from '../store/view';
import type { EventQueue } from '../webhooks/event-queue';
import { Answered, Forbidden } from '../write/errors';
import { Writer } from '../write/writer';
import type { Author } from '../write/writer';
import type { BranchJobs } from '../branching/jobs';
import type { Outbox } from '../webhooks/outbox';

export class Rest {
  #body: { readonly value: Json } | null = null;

  constructor(
    readonly state: State,
    readonly call: Call,
    readonly rights: Rights,
    readonly view: View,
    readonly author: Author,
    readonly events: EventQueue,
    readonly jobs: BranchJobs,
    readonly outbox: Outbox,
  ) {}

  get writer(): Writer {
    return new Writer(this.view, this.author, this.events);
  }

  represent(fresh = false): Representer {
    return new Representer(this.view, this.call.origin, fresh);
  }

  /** The parsed body; an empty one is `{}`. */
  body(): Json {
    return (this.#body ??= { value: parseBody(this.call) }).value;
  }

  /** 403 unless the caller may do this at all; a read-only token may do nothing unsafe. */
  demand(action: string, type: string): void {
    if (this.call.method !== 'GET' && !this.rights.caller.mayWrite) throw new Forbidden();
    if (!this.rights.may(action, type)) throw new Forbidden();
  }
}

export type Handler = (rest: Rest, id: number | null) => Answer;

export function parseBody(call: Call): Json {
  if (call.body === '') return {};
  const type = call.headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) throw new Answered(415, { detail: `Unsupported media type "${type}" in request.` });
  try {
    return JSON.parse(call.body) as Json;
  } catch {
    throw new Answered(400, { detail: `JSON parse error - Expecting value: line 1 column ${call.body.length + 1} (char ${call.body.length})` });
  }
}
