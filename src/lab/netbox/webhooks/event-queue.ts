// Object events of one request: several writes of one object become one event, in the order the objects were first touched (NetBox 4.5).
import type { JsonObject } from '../store/row';

export interface ObjectEvent {
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly type: string;
  readonly id: number;
  readonly pre: JsonObject | null;
  readonly post: JsonObject | null;
  /** Representation taken before the object went; for the others it is made when the queue is flushed. */
  readonly data: JsonObject | null;
}

export class EventQueue {
  readonly #events = new Map<string, ObjectEvent>();

  add(event: ObjectEvent): void {
    const key = `${event.type} ${event.id}`;
    const known = this.#events.get(key);
    const kind = known?.kind === 'created' && event.kind === 'updated' ? 'created' : event.kind;
    this.#events.set(key, { ...event, kind, pre: known === undefined ? event.pre : known.pre });
  }

  take(): readonly ObjectEvent[] {
    const events = [...this.#events.values()];
    this.#events.clear();
    return events;
  }
}
