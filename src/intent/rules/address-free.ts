import { parsePropertyString, type GuestConfig } from '../../guest';
import type { Action } from '../core/plan';
import { groupBy, objectOf, refusal, type Rule } from './rule';

interface Wish { readonly action: Action; readonly slot: string; readonly address: string }

/** `10.0.0.5/24` and `10.0.0.5` are one address; words such as dhcp are none. */
const bare = (value: string): string | null => {
  const address = value.split('/')[0]?.toLowerCase() ?? '';
  return /^[0-9.]+$|:/.test(address) ? address : null;
};

const addressesIn = (property: string): readonly string[] => {
  const read = parsePropertyString(property);
  return read.ok ? ['ip', 'ip6'].flatMap((key) => bare(read.value.pairs.get(key) ?? '') ?? []) : [];
};

/** A VM's cloud-init and a container's interfaces say what the guest was given; what it took by itself is not in there. */
const addressesOf = (config: GuestConfig): readonly string[] => Object.entries(config.raw).flatMap(([key, value]) => (/^(?:ipconfig|net)\d+$/.test(key) ? addressesIn(value) : []));

const wishesOf = (action: Action): readonly Wish[] => {
  if (action.kind === 'create') return action.spec.nics.flatMap(({ slot, addresses: { ip, ip6 } }) => [ip, ip6].flatMap((value) => (value === null ? [] : (bare(value) ?? []))).map((address) => ({ action, slot, address })));
  return action.steps.flatMap((step) => {
    if (step.kind === 'nic' && step.after !== null) return addressesIn(step.after).map((address) => ({ action, slot: step.slot, address }));
    if (step.kind !== 'cloud-init') return [];
    return Object.entries(step.after).flatMap(([key, value]) => (key.startsWith('ipconfig') && value !== null ? addressesIn(value).map((address) => ({ action, slot: `net${key.slice(8)}`, address })) : []));
  });
};

const addressKey = (cluster: string, address: string): string => `${cluster} ${address}`;

// An address is given once: two guests of one branch do not get it, nor does one that a guest we looked at bears.
export const addressFree: Rule = {
  name: 'address.free',
  judge: (draft, input) => {
    const wishes = draft.actions.flatMap(wishesOf);
    const wanted = groupBy(wishes, ({ action, address }) => addressKey(action.cluster, address));
    const borne = [...input.worlds.values()].flatMap((world) => [...world.observed].flatMap(([vmid, seen]) => (seen.ok ? addressesOf(seen.value.config).map((address) => ({ vmid, key: addressKey(world.settings.name, address) })) : [])));
    const bearers = groupBy(borne, ({ key }) => key);
    return wishes.flatMap(({ action, slot, address }) => {
      const key = addressKey(action.cluster, address);
      const own = action.kind === 'create' ? null : action.target.vmid;
      const twin = wanted.get(key)?.find((other) => other.action !== action);
      const bearer = bearers.get(key)?.find(({ vmid }) => vmid !== own);
      const who = twin !== undefined ? `${objectOf(twin.action)} of this branch wants it too` : bearer !== undefined ? `guest ${bearer.vmid} bears it` : null;
      return who === null ? [] : [refusal('address.free', `interface ${slot} of ${objectOf(action)}`, `${address}: ${who}`, 'Give it another address in NetBox.')];
    });
  },
};
