// Carries P6: the values of a guest's configuration that a baseline can hold, by name. A change touches some of them; whether they
// still are what the plan saw is asked right before the write.
import { sha256Hex } from '../kernel';
import type { GuestConfig } from './config';
import { canonicalProperty } from './property-string';

export type ObservedValue = string | number | boolean;

/** What stands for a disk or interface that is not there: an absent value would never match (P6). */
export const absent = 'absent';

const plain: Readonly<Record<string, (config: GuestConfig) => ObservedValue>> = {
  cores: (config) => config.cores,
  sockets: (config) => config.sockets,
  memoryMib: (config) => config.memoryMib,
  human: (config) => config.description.human,
  /** People's text by its digest: the text of a guest that Sluice did not make is not kept (P40). */
  humanDigest: (config) => sha256Hex(config.description.human),
  name: (config) => config.name,
  onBoot: (config) => config.onBoot,
};

/** `nic net0`, `disk scsi0`, `size scsi0`, `tag web`: the key of a baseline for a part that has a name of its own. */
export const partKey = (what: 'nic' | 'disk' | 'size' | 'tag' | 'option', name: string): string => `${what} ${name}`;

/** The value of that name; undefined for a name that nobody knows, which never matches. */
export function observedValue(config: GuestConfig, key: string): ObservedValue | undefined {
  const [what = '', name = ''] = key.split(' ');
  switch (what) {
    case 'nic': return config.raw[name] === undefined ? absent : canonicalProperty(config.raw[name]);
    case 'disk': return config.disks.find((disk) => disk.slot === name)?.volume ?? (config.raw[name] === undefined ? absent : config.raw[name]);
    case 'size': return config.disks.find((disk) => disk.slot === name)?.sizeMib ?? undefined;
    case 'tag': return config.tags.includes(name);
    case 'option': return config.raw[name] === undefined ? absent : canonicalProperty(config.raw[name]);
    default: return plain[key]?.(config);
  }
}
