// What a GraphQL document is run with: who asks, and which tables are seen. A table that branches isolate breaks when the header names a branch
// that is not ready; everything shown is restricted to what the caller may view.
import type { Rights } from '../auth/rights';
import { noSchema } from '../branching/active-branch';
import type { Seen } from '../branching/active-branch';
import type { Model } from '../models/model';
import { knownModel } from '../models/registry';
import type { Row } from '../store/row';
import type { View } from '../store/view';

export class Context {
  constructor(
    private readonly seen: Seen,
    readonly rights: Rights,
  ) {}

  viewOf(model: Model): View {
    if (this.seen.broken && model.branchable) throw noSchema();
    return this.seen.view;
  }

  /** What of these rows the caller may see. */
  visible(model: Model, rows: Iterable<Row>): readonly Row[] {
    const view = this.viewOf(model);
    return [...rows].filter((row) => this.rights.allows('view', model, row, view));
  }

  one(type: string, id: number | null): Row | null {
    const model = knownModel(type);
    const row = this.viewOf(model).get(type, id);
    return row !== undefined && this.rights.allows('view', model, row, this.seen.view) ? row : null;
  }
}
