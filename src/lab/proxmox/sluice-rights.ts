// A simulated cluster is set up with the very table that an administrator runs, plus the secrets of the tokens.
import type { SluiceScope, TokenName } from '../../endpoints/core/token-table';

export { intakePool, managedPool, sluiceAcls, sluiceRoles, tokenIdOf, tokenNames, userOf, type Acl, type SluiceScope, type TokenName } from '../../endpoints/core/token-table';
export interface SluiceRights extends SluiceScope { readonly secrets: Readonly<Record<TokenName, string>> }
