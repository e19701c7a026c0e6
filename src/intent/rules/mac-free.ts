import { demandsOf } from '../core/demands';
import { objectOf, refusal, worldOf, type Rule } from './rule';

export const macFree: Rule = {
  name: 'mac.free',
  judge: (draft, input) => {
    const nics = draft.actions.flatMap((action) => demandsOf(action).nics.flatMap((nic) => (nic.mac === null ? [] : [{ action, nic }])));
    return nics.flatMap(({ action, nic }) => {
      const twin = nics.find((other) => other.nic !== nic && other.nic.mac === nic.mac && other.action.cluster === action.cluster);
      const bearer = [...(worldOf(input, action)?.observed.values() ?? [])].find((seen) => seen.ok && seen.value.config.nics.some((have) => have.mac === nic.mac));
      if (twin === undefined && bearer === undefined) return [];
      return [refusal('mac.free', `interface ${nic.slot} of ${objectOf(action)}`, `${nic.mac ?? ''} is already used by ${twin === undefined ? 'another guest' : objectOf(twin.action)}`, 'Give another MAC address, or none.')];
    });
  },
};
