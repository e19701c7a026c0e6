import { demandsOf, nodeOf } from '../core/demands';
import { objectOf, refusal, worldOf, type Rule } from './rule';

export const storageHasRoom: Rule = {
  name: 'storage.exists-with-room',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      const world = worldOf(input, action);
      const { space } = demandsOf(action);
      if (space.length === 0 || world === undefined) return [];
      const node = nodeOf(action);
      const content = (action.kind === 'create' ? action.spec.kind : action.target.kind) === 'qemu' ? 'images' : 'rootdir';
      const rows = world.storages.get(node);
      if (rows?.ok !== true) return [refusal('storage.exists-with-room', objectOf(action), `the storages of node ${node} are not known`, 'Repair what keeps the node from being read, then plan again.')];
      return [...new Set(space.map((disk) => disk.storage))].flatMap((id) => {
        const storage = rows.value.find((row) => row.id === id);
        const need = space.filter((disk) => disk.storage === id).reduce((sum, disk) => sum + disk.sizeMib, 0);
        const say = (observed: string, next: string) => [refusal('storage.exists-with-room', objectOf(action), observed, next)];
        if (storage === undefined) return say(`node ${node} has no storage ${id}`, `Name one of: ${rows.value.map((row) => row.id).join(', ')}.`);
        if (!storage.active) return say(`storage ${id} is not active on ${node}`, 'Bring it back or name another one.');
        if (!storage.content.includes(content)) return say(`storage ${id} takes ${storage.content.join(', ')}, not ${content}`, content === 'images' ? 'Name a storage for disk images.' : 'Name a storage for containers.');
        if (storage.availableMib === null || storage.availableMib < need) return say(`storage ${id} has ${storage.availableMib ?? 'unknown'} MiB left, ${need} MiB are wanted`, 'Free space or name another storage.');
        return [];
      });
    }),
};
