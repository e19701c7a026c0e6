// What another plugin of this NetBox says about merges and reverts, beside Sluice's own: validators of branch actions are asked only when the action is
// meant, receivers of the signals before it are called for dry runs too (netbox-branching 1.1.2).
import type { State } from '../store/state';
import { PythonError } from '../write/errors';

export interface Raised { readonly raises: string; readonly message: string }
export interface OtherPlugin {
  readonly validator?: 'denies' | Raised;
  readonly receiver?: Raised;
}

const NOUN = { merge: 'Merging', revert: 'Reverting' } as const;

function raise(raised: Raised | undefined): void {
  if (raised !== undefined) throw new PythonError(raised.raises, raised.message);
}

export function askValidator(state: State, action: 'merge' | 'revert'): void {
  const { validator } = state.otherPlugin;
  if (validator === 'denies') throw new PythonError('Exception', `${NOUN[action]} this branch is not permitted.`);
  raise(validator);
}

export const callReceiver = (state: State): void => raise(state.otherPlugin.receiver);
