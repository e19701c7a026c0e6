// What Proxmox says about moving a VM to a node. Proxmox VE 8.4 names allowed nodes for a stopped VM only, and writes the hindrances
// of a node as an object that is empty where there is none; 9 knows more kinds of them. Pure.
import type { Observed } from '../../kernel';
import type { MigrationCheck } from '../ports';
import { flag, list, object, reading, text, unfit, type Members } from './shape';

export const readMigrationCheck = (target: string, data: unknown): Observed<MigrationCheck> =>
  reading(`migration to ${target}`, () => {
    const row = object('data', data);
    const running = flag('data', row, 'running', null);
    const hindrances = hindrancesOf(object('data.not_allowed_nodes', row['not_allowed_nodes'] ?? {})[target]);
    const allowed = names('data.allowed_nodes', row['allowed_nodes'] ?? []);
    const mapped = names('data.mapped-resources', row['mapped-resources'] ?? []);
    return {
      localDisks: list('data.local_disks', row['local_disks']).map((disk, index) => text(`data.local_disks[${index}]`, disk, 'volid')),
      localResources: names('data.local_resources', row['local_resources']),
      obstacles: [
        ...hindrances, ...(!running && hindrances.length === 0 && !allowed.includes(target) ? [`Proxmox does not name ${target} among the nodes that it may go to`] : []),
        ...(running ? mapped.filter((name) => !movesLive(row, name)).map((name) => `the mapped device ${name} does not move with a running VM`) : []),
      ],
    };
  });

const movesLive = (row: Members, name: string): boolean => {
  const info = object('data.mapped-resource-info', row['mapped-resource-info'] ?? {})[name];
  return info !== undefined && flag(`data.mapped-resource-info.${name}`, object(`data.mapped-resource-info.${name}`, info), 'live-migration', false);
};

/** `unavailable_storages: [a]` as `unavailable storages: a`. */
function hindrancesOf(node: unknown): readonly string[] {
  if (node === undefined || node === null) return [];
  return Object.entries(object('data.not_allowed_nodes', node)).flatMap(([what, which]) => {
    if (!Array.isArray(which)) return unfit(`data.not_allowed_nodes.${what}`, 'a list', which);
    return which.length === 0 ? [] : [`${what.replace(/[_-]/g, ' ')}: ${which.map((one: unknown) => (typeof one === 'string' ? one : JSON.stringify(one))).join(', ')}`];
  });
}

const names = (place: string, value: unknown): readonly string[] => {
  if (!Array.isArray(value)) return unfit(place, 'a list', value);
  return value.map((one: unknown, index) => (typeof one === 'string' ? one : unfit(`${place}[${index}]`, 'a name', one)));
};
