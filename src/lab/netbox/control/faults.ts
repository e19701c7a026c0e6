// Troubles that a test orders for coming requests. `answer-lost` strikes after the simulator has committed and before a byte is sent.

export type Fault = 'answer-lost' | 'reset' | 'html' | { readonly status: number; readonly body?: string } | { readonly delayMillis: number };

export interface FaultOrder {
  /** Both must hold; `path` is a regular expression over path and query. */
  readonly match: { readonly method?: string; readonly path?: string };
  readonly fault: Fault;
  /** How many requests it strikes; 1 when absent. */
  readonly times?: number;
}

export class Faults {
  #orders: { readonly order: FaultOrder; left: number }[] = [];

  add(order: FaultOrder): void {
    this.#orders.push({ order, left: order.times ?? 1 });
  }

  clear(): void {
    this.#orders = [];
  }

  get pending(): readonly FaultOrder[] {
    return this.#orders.map(({ order, left }) => ({ ...order, times: left }));
  }

  /** The fault that strikes this request, if any; the first order that matches is used up. */
  take(method: string, pathAndQuery: string): Fault | undefined {
    const found = this.#orders.find(({ order: { match } }) => (match.method === undefined || match.method === method) && (match.path === undefined || new RegExp(match.path).test(pathAndQuery)));
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#orders = this.#orders.filter((order) => order !== found);
    return found.order.fault;
  }
}
