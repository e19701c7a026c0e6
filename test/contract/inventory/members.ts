// Which members answers have, whatever their values: what a real one has and the simulator's lacks, the simulator forgot.
import { lxcKeys, qemuKeys, tableKey } from '../../../src/proxmox/schema';
import type { Answer } from './answers';

/** Whose keys are an installation's own: fields that it defined, rows of changes, names of guests and paths. */
const ownKeys = /(?:^|\.)(?:custom_fields|object|changed_object|original_data|modified_data|current_data|diff|prechange_data|postchange_data|plugins|installed_apps|nics|changes_summary)$/;
const ofProduct = new Set(['/api/schema/', '/access/permissions', '/cluster/nextid']);
const configuration = /\/(qemu|lxc)\/\{vmid\}(?:\/snapshot\/\{snapname\})?\/config$/;

/** Places of members: `data[].vmid`, `results[].cluster.name`. */
export function membersOf(value: unknown, at = '', found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const item of value) membersOf(item, `${at}[]`, found);
  else if (typeof value === 'object' && value !== null && !ownKeys.test(at)) {
    for (const [key, member] of Object.entries(value)) {
      const place = at === '' ? key : `${at}.${key}`;
      found.add(place);
      membersOf(member, place, found);
    }
  }
  return found;
}

function byTemplate(answers: readonly Answer[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const { template, status, body } of answers) {
    if (status !== 200 || ofProduct.has(template) || configuration.test(template)) continue;
    const found = all.get(template) ?? new Set<string>();
    membersOf(body, '', found);
    all.set(template, found);
  }
  return all;
}

/** What the real answers have and the simulated ones lack, of the questions that both answered; below a member that ours has empty nothing is known. */
export function missingMembers(real: readonly Answer[], ours: readonly Answer[]): readonly string[] {
  const simulated = byTemplate(ours);
  return [...byTemplate(real)].flatMap(([template, places]) => {
    const have = simulated.get(template);
    if (have === undefined) return [];
    const parents = new Set([...have].map(parentOf));
    return [...places].filter((place) => !have.has(place) && parents.has(parentOf(place))).map((place) => `${template}: ${place}`);
  });
}

const parentOf = (place: string): string => place.slice(0, Math.max(0, place.lastIndexOf('.')));

/** Keys of guest configurations that the table of the schema does not know: nothing could be said about a plan that touches them. */
export const unknownKeys = (answers: readonly Answer[]): readonly string[] =>
  answers.flatMap(({ where, template, status, body }) => {
    const kind = configuration.exec(template)?.[1];
    const data = (body as { readonly data?: unknown } | null)?.data;
    if (kind === undefined || status !== 200 || typeof data !== 'object' || data === null) return [];
    const beside = new Set(['digest', 'snapshot', 'snaptime', 'snapstate', 'vmstate', 'parent', 'runningmachine', 'runningcpu', 'running-nets-host-mtu', 'meta', 'lxc', 'lock', 'template', 'smbios1', 'vmgenid']);
    return Object.keys(data).filter((key) => !beside.has(key) && tableKey(kind === 'qemu' ? qemuKeys : lxcKeys, key) === null).map((key) => `${where}: ${key}`);
  });
