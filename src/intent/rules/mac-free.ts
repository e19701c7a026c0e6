import { demandsOf } from '../core/demands';
import { groupBy, objectOf, refusal, type Rule } from './rule';

const macKey = (cluster: string, mac: string): string => `${cluster} ${mac}`;

export const macFree: Rule = {
  name: 'mac.free',
  judge: (draft, input) => {
    const nics = draft.actions.flatMap((action) => demandsOf(action).nics.flatMap((nic) => (nic.mac === null ? [] : [{ action, nic, key: macKey(action.cluster, nic.mac) }])));
    const wanted = groupBy(nics, ({ key }) => key);
    const borne = new Set([...input.worlds.values()].flatMap((world) => [...world.observed.values()].flatMap((seen) => (seen.ok ? seen.value.config.nics.map((have) => macKey(world.settings.name, have.mac ?? '')) : []))));
    return nics.flatMap(({ action, nic, key }) => {
      const twin = wanted.get(key)?.find((other) => other.nic !== nic);
      if (twin === undefined && !borne.has(key)) return [];
      return [refusal('mac.free', `interface ${nic.slot} of ${objectOf(action)}`, `${nic.mac ?? ''} is already used by ${twin === undefined ? 'another guest' : objectOf(twin.action)}`, 'Give another MAC address, or none.')];
    });
  },
};
