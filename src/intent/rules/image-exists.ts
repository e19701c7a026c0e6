import { volumesOf } from '../../guest';
import { nodeOf } from '../core/demands';
import { volumesKey } from '../core/world';
import { objectOf, refusal, worldOf, type Rule } from './rule';

/** ISO, container template and snippet are there, on a storage of the node that may hold them. */
export const imageExists: Rule = {
  name: 'image.exists',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      if (action.kind !== 'create') return [];
      const world = worldOf(input, action);
      const node = nodeOf(action);
      const say = (observed: string, next: string) => refusal('image.exists', objectOf(action), observed, next);
      return volumesOf(action.spec).flatMap(({ volid, content }) => {
        const storage = volid.split(':')[0] ?? '';
        const rows = world?.storages.get(node);
        if (rows?.ok === true && !rows.value.some((row) => row.id === storage && row.active)) return [say(`node ${node} has no active storage ${storage}`, `Name a volume on one of: ${rows.value.filter((row) => row.content.includes(content)).map((row) => row.id).join(', ') || 'none takes it'}.`)];
        const seen = world?.volumes.get(volumesKey(node, volid));
        if (seen?.ok !== true) return [say(`whether ${volid} exists is not known${seen === undefined ? '' : ` (${seen.error.text})`}`, 'Repair what keeps the storage from being read, then plan again.')];
        return seen.value.includes(volid) ? [] : [say(`storage ${storage} holds no ${volid}`, `It holds: ${seen.value.slice(0, 5).join(', ') || 'nothing of that kind'}.`)];
      });
    }),
};
