// What a caller may do: object permissions of the user and of the user's groups, OR-ed; superusers pass; everybody may handle their own tokens
// (NetBox's DEFAULT_PERMISSIONS).
import type { Model } from '../models/model';
import { asIds, asTexts } from '../store/row';
import type { Json, Row } from '../store/row';
import type { State } from '../store/state';
import type { View } from '../store/view';
import type { Caller } from './authenticate';
import { admits } from './constraints';

interface Grant { readonly types: readonly string[]; readonly actions: readonly string[]; readonly constraints: Json }

const OWN_TOKENS: Grant = { types: ['users.token'], actions: ['view', 'add', 'change', 'delete'], constraints: { user: '$user' } };

export class Rights {
  readonly #grants: readonly Grant[];
  readonly #found = new Map<string, readonly Grant[]>();

  constructor(
    state: State,
    readonly caller: Caller,
  ) {
    const groups = asIds(caller.user['groups']);
    const mine = [...state.main.table('users.objectpermission').values()].filter(
      (row) => row['enabled'] === true && (asIds(row['users']).includes(caller.user.id) || asIds(row['groups']).some((id) => groups.includes(id))),
    );
    this.#grants = [...mine.map((row) => ({ types: asTexts(row['object_types']), actions: asTexts(row['actions']), constraints: row['constraints'] ?? null })), OWN_TOKENS];
  }

  /** Model-wide: does any permission name this action on this type? Constraints do not matter here. */
  may(action: string, type: string): boolean {
    return this.caller.superuser || this.#of(action, type).length > 0;
  }

  /** For one object, constraints included. */
  allows(action: string, model: Model, row: Row, view: View): boolean {
    return this.caller.superuser || this.#of(action, model.type).some((grant) => admits(view, model.type, row, grant.constraints, this.caller.user.id));
  }

  #of(action: string, type: string): readonly Grant[] {
    const key = `${action} ${type}`;
    let found = this.#found.get(key);
    if (found === undefined) this.#found.set(key, (found = this.#grants.filter((grant) => grant.types.includes(type) && grant.actions.includes(action))));
    return found;
  }
}
