// From event to delivery: enabled event rules pick webhooks, bodies are made at once and sent later by the worker, once, without retries (RQ_RETRY_MAX = 0).
// A test may drop, double or reorder the next deliveries, or send the last one again.
import { createHmac } from 'node:crypto';
import type { Worker } from '../branching/worker';
import { asId, asText, asTexts } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { State } from '../store/state';
import { View } from '../store/view';
import type { Author } from '../write/writer';
import { conditionsHold } from './conditions';
import { post } from './deliver';
import type { ObjectEvent } from './event-queue';
import { branchData, branchMessage, jobMessage, objectData, objectMessage } from './message';

export interface Delivery {
  readonly event: string;
  readonly objectType: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface DeliveryRecord extends Delivery {
  readonly seq: number;
  /** Status of the receiver's answer, or why there was none. */
  readonly result: number | string;
}

export type Tampering = { readonly how: 'drop' | 'duplicate' | 'reorder'; readonly next: number; readonly event?: string };

const BRANCH = 'netbox_branching.branch';
const KEPT = 1000;
/** What NetBox's HTTP library says of itself. */
const SENDER = { 'Accept-Encoding': 'identity', 'User-Agent': 'python-urllib3/2.8.0' };

export class Outbox {
  readonly sent: DeliveryRecord[] = [];
  #sequence = 0;
  #tampering: { how: Tampering['how']; left: number; event: string | undefined; held: Delivery[] } | null = null;

  constructor(
    private readonly state: State,
    private readonly worker: Worker,
  ) {}

  /** Webhooks for the object events of one request, built now: their `data` is how things are when the request ends. */
  ofObjects(events: readonly ObjectEvent[], author: Author, view: View): readonly Delivery[] {
    return events.flatMap((event) => {
      const rules = this.#rules(`object_${event.kind}`, event.type);
      if (rules.length === 0) return [];
      const data = objectData(event, view);
      return rules.flatMap((rule) => this.#delivery(rule, event.kind, event.type, data, () => objectMessage(event, data, author, this.state.clock.now(), this.state.version)));
    });
  }

  ofBranch(event: string, branch: Row, user: number | null): readonly Delivery[] {
    const data = branchData(branch, View.main(this.state));
    return this.#rules(event, BRANCH).flatMap((rule) => this.#delivery(rule, event, BRANCH, data, () => branchMessage(event, data, this.#username(user), this.state.clock.now())));
  }

  ofJob(data: JsonObject, user: number): readonly Delivery[] {
    return this.#rules('job_completed', BRANCH).flatMap((rule) => this.#delivery(rule, 'job_ended', BRANCH, data, () => jobMessage(data, this.#username(user), this.state.clock.now())));
  }

  /** Whether a rule on branches waits for this event. */
  listensTo(event: string): boolean {
    return this.#rules(event, BRANCH).length > 0;
  }

  send(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#dispatch(delivery);
  }

  tamper(tampering: Tampering | null): void {
    this.#tampering = tampering === null ? null : { how: tampering.how, left: tampering.next, event: tampering.event, held: [] };
  }

  /** Sends the last delivery again, or the last of one event; false when there was none. */
  redeliver(event?: string): boolean {
    const last = [...this.sent].reverse().find((record) => event === undefined || record.event === event);
    if (last === undefined) return false;
    this.#enqueue(last);
    return true;
  }

  #dispatch(delivery: Delivery): void {
    const tampering = this.#tampering;
    if (tampering === null || (tampering.event !== undefined && tampering.event !== delivery.event)) return this.#enqueue(delivery);
    tampering.left -= 1;
    if (tampering.left <= 0) this.#tampering = null;
    switch (tampering.how) {
      case 'drop':
        return this.#remember(delivery, 'dropped');
      case 'duplicate':
        this.#enqueue(delivery);
        return this.#enqueue(delivery);
      case 'reorder':
        tampering.held.unshift(delivery);
        if (tampering.left <= 0) for (const held of tampering.held) this.#enqueue(held);
    }
  }

  #enqueue(delivery: Delivery): void {
    this.worker.add(async () => this.#remember(delivery, await post(delivery)));
  }

  #remember(delivery: Delivery, result: number | string): void {
    this.#sequence += 1;
    this.sent.push({ ...delivery, seq: this.#sequence, result });
    if (this.sent.length > KEPT) this.sent.shift();
  }

  #rules(event: string, type: string): readonly Row[] {
    return [...this.state.main.table('extras.eventrule').values()].filter((rule) => rule['enabled'] === true && asTexts(rule['event_types']).includes(event) && asTexts(rule['object_types']).includes(type));
  }

  #delivery(rule: Row, event: string, objectType: string, data: Json, message: () => string): readonly Delivery[] {
    const webhook = rule['action_object_type'] === 'extras.webhook' ? this.state.main.get('extras.webhook', asId(rule['action_object_id']) ?? 0) : undefined;
    if (webhook === undefined || !conditionsHold(rule['conditions'] ?? null, data)) return [];
    const body = message();
    const secret = asText(webhook['secret']);
    const extra = Object.fromEntries(asText(webhook['additional_headers']).split(/\r?\n/).filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]));
    const signature = secret === '' ? {} : { 'X-Hook-Signature': createHmac('sha512', secret).update(body, 'utf8').digest('hex') };
    return [{ event, objectType, url: asText(webhook['payload_url']), method: asText(webhook['http_method']), headers: { ...SENDER, 'Content-Type': asText(webhook['http_content_type']), ...extra, 'Content-Length': String(Buffer.byteLength(body)), ...signature }, body }];
  }

  #username(user: number | null): string | null {
    const row = this.state.user(user);
    return row === undefined ? null : asText(row['username']);
  }
}
