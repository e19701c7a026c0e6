import type { Action, PlannedDeletion } from '../core/plan';
import type { StepKind } from '../core/step';
import type { ClusterWorld, PoolRights } from '../core/world';
import { objectOf, refusal, worldOf, type Rule } from './rule';

const createNeeds = ['Pool.Allocate'];
/** Right of the update token for a step; a stamp is NetBox's, create and hand-over are the create token's. */
const updateNeeds: Readonly<Record<StepKind, string | null>> = {
  create: null, clone: null, 'hand-over': null, stamp: null, adopt: 'VM.Config.Options', cores: 'VM.Config.CPU', memory: 'VM.Config.Memory', name: 'VM.Config.Options', description: 'VM.Config.Options', tags: 'VM.Config.Options', 'on-boot': 'VM.Config.Options',
  nic: 'VM.Config.Network', 'cloud-init': 'VM.Config.Cloudinit', start: 'VM.PowerMgmt', shutdown: 'VM.PowerMgmt', // Rights that set-up may leave out: optionalRight in rule.ts.
  'disk-add': null, 'disk-grow': null, 'disk-detach': null, migrate: null,
};
const deletionNeeds = ['VM.Allocate', 'VM.Audit', 'Pool.Audit'];

/** Names pool, right and the set-up line: a plan that Proxmox would answer with 403 is refused before anything is sent. */
export const poolRights: Rule = {
  name: 'guest.pool-rights',
  judge: (draft, input) => [...draft.actions, ...draft.deletions].flatMap((thing) => judgeOne(thing, worldOf(input, thing))),
};

function judgeOne(thing: Action | PlannedDeletion, world: ClusterWorld | undefined) {
  const say = (observed: string, next: string) => [refusal('guest.pool-rights', objectOf(thing), observed, next)];
  if (world === undefined || !world.poolRights.ok) return say('the rights of our tokens are not known', 'Repair what keeps the access list from being read, then plan again.');
  const isDeletion = !('kind' in thing);
  const seen = isDeletion || thing.kind !== 'create' ? world.observed.get(thing.target.vmid) : undefined;
  const pool = !isDeletion && thing.kind === 'create' ? thing.spec.pool : seen?.ok === true ? seen.value.pool : null;
  const allowed = isDeletion ? world.settings.deletablePools : world.settings.managedPools;
  if (pool === null) return say('the guest is in no pool', `Put it into one of: ${allowed.join(', ') || 'none is configured'}, in Proxmox, by hand.`);
  if (!allowed.includes(pool)) return say(`pool ${pool} is not ${isDeletion ? 'deletable' : 'managed'} through Sluice`, `Add it to ${isDeletion ? 'deletablePools' : 'managedPools'} and run what sluice setup proxmox --print says.`);
  const rights: PoolRights = world.poolRights.value.get(pool) ?? { create: [], update: [], lender: [] };
  const lacks = (has: readonly string[], needs: readonly string[]): readonly string[] => needs.filter((privilege) => !has.includes(privilege));
  const missing = isDeletion
    ? lacks(rights.lender, deletionNeeds).map((privilege) => `lender lacks ${privilege}`)
    : thing.kind === 'create'
      ? [...lacks(rights.create, createNeeds).map((privilege) => `create lacks ${privilege}`), ...updateMissing(thing, rights)]
      : updateMissing(thing, rights);
  return missing.length === 0 ? [] : say(`on /pool/${pool}: ${missing.join(', ')}`, `Run as an administrator: pveum acl modify /pool/${pool} ... (sluice setup proxmox --print).`);

  function updateMissing(action: Action, held: PoolRights): readonly string[] {
    const needs = [...new Set(action.steps.flatMap((step) => updateNeeds[step.kind] ?? []))];
    return lacks(held.update, needs).map((privilege) => `update lacks ${privilege}`);
  }
}
