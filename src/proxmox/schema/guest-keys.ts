// Which keys a guest's configuration may have, and the highest index of the numbered ones, which the schema does not say.
import { official } from './official';
import type { Params } from './param';

/** Highest index of `x[n]` (Proxmox VE 8.4). */
export const indexLimits: Readonly<Record<string, number>> = { ide: 3, scsi: 30, virtio: 15, sata: 5, net: 31, ipconfig: 31, unused: 255, serial: 3, usb: 13, hostpci: 15, parallel: 2, numa: 7, mp: 255, dev: 255, virtiofs: 9 };

/** What a PUT of a configuration takes beside keys of the configuration. */
const ofTheCall = ['node', 'vmid', 'delete', 'digest', 'force', 'revert', 'skiplock'];

/** Keys of a configuration in any version; which of them a version takes is asked of `validateParams`. */
function configKeys(kind: 'qemu' | 'lxc'): Params {
  const put = official.find((each) => each.method === 'PUT' && each.path === `/nodes/{node}/${kind}/{vmid}/config`);
  const in9 = Object.entries(put?.in9 ?? {}).flatMap(([key, param]) => (param === null ? [] : [[key, param] as const]));
  return Object.fromEntries([...in9, ...Object.entries(put?.params ?? {})].filter(([key]) => !ofTheCall.includes(key)));
}

export const qemuKeys = configKeys('qemu');
export const lxcKeys = configKeys('lxc');

/** `scsi3` -> `scsi[n]` when the index is within its limit; other names as they are. Null: the index is too high. */
export function tableKey(keys: Params, name: string): string | null {
  if (keys[name] !== undefined) return name;
  const [, word = '', index = ''] = /^([a-z]+)(\d+)$/.exec(name) ?? [];
  const limit = indexLimits[word];
  return limit !== undefined && /^(?:0|[1-9]\d*)$/.test(index) && Number(index) <= limit && keys[`${word}[n]`] !== undefined ? `${word}[n]` : null;
}
