// What this house says of a cluster and its guests at this moment: read again at each look, like everything that a gate judges (P19).
import type { ClusterAccess } from '../endpoints';
import type { Tx } from '../platform/database';
import { isAllowed, PolicyStore } from '../policy';
import type { HouseRules } from './core/gates';

const policies = new PolicyStore();

export async function houseRules(db: Tx, { settings }: ClusterAccess): Promise<HouseRules> {
  const { body } = await policies.current(db);
  return { isAllowed: isAllowed(body), allowWrites: settings.allowWrites, protectedGuests: body.protected.guests };
}
