// What one request sees: a branch's tables for branchable models, main's for everything else (users, custom fields, webhooks, branches).
import type { Model } from '../models/model';
import { knownModel } from '../models/registry';
import { modelIn } from '../models/since-4-6';
import type { Json, Row } from './row';
import type { Space } from './space';
import type { State } from './state';
import type { KeyOf } from './table-index';

export class View {
  constructor(
    readonly state: State,
    readonly space: Space,
  ) {}

  static main(state: State): View {
    return new View(state, state.main);
  }

  get inBranch(): boolean {
    return this.space !== this.state.main;
  }

  /** The model of a type as this NetBox's version has it. */
  model(type: string): Model {
    return modelIn(this.state.version, knownModel(type));
  }

  spaceOf(type: string): Space {
    return this.inBranch && knownModel(type).branchable ? this.space : this.state.main;
  }

  get(type: string, id: number | null): Row | undefined {
    return id === null ? undefined : this.spaceOf(type).get(type, id);
  }

  all(type: string): Iterable<Row> {
    return this.spaceOf(type).table(type).values();
  }

  where(type: string, field: string, value: Json): readonly Row[] {
    return this.spaceOf(type).where(type, field, value);
  }

  keyed(type: string, name: string, keyOf: KeyOf, key: Json): readonly Row[] {
    return this.spaceOf(type).keyed(type, name, keyOf, key);
  }
}
