// In which branch a request works: header `X-NetBox-Branch`, else `?_branch=`, else the cookie `active_branch` of the web pages (netbox-branching 1.1.2).
import { cookiesOf } from '../http/cookies';
import type { Call } from '../http/exchange';
import type { State } from '../store/state';
import { View } from '../store/view';
import { PlainText, ServerError } from '../write/errors';

export interface Seen {
  readonly view: View;
  /** The header names a branch that is not ready: whatever then touches a table that branches isolate breaks. The parameter and the cookie are silently ignored. */
  readonly broken: boolean;
}

export function activeBranch(state: State, call: Call): Seen {
  const main = { view: View.main(state), broken: false };
  const header = call.headers['x-netbox-branch'];
  const parameter = call.query.get('_branch')?.at(-1);
  const schemaId = header ?? parameter ?? cookiesOf(call).get('active_branch');
  if (schemaId === undefined || schemaId === '') return main;
  const branch = state.branchRow(schemaId);
  if (branch === undefined) {
    if (header === undefined && parameter === undefined) return main;
    throw new PlainText(400, 'Invalid branch identifier');
  }
  const space = state.branches.get(schemaId);
  return branch['status'] === 'ready' && space !== undefined ? { view: new View(state, space), broken: false } : { ...main, broken: header !== undefined };
}

/** What Django raises when a table is looked for in a branch that is not one. */
export const noSchema = (): ServerError => new ServerError('AttributeError', "'HttpResponseBadRequest' object has no attribute 'schema_name'");
