// Tags as a set difference: what the branch puts on and takes off; tags that others put on in Proxmox stay.
import { partKey } from '../../../guest';
import { notReserved, tagSlugs } from '../wanted-parts';
import { nothing, refused, steps, type Concern } from './concern';

export const tags: Concern = {
  fields: ['tags'],
  draft: (scene) => {
    const field = scene.changed('tags');
    if (field === undefined) return nothing;
    const { object, input, target: { seen: { config } } } = scene;
    const [before, after] = [tagSlugs(field.before, input), tagSlugs(field.after, input)];
    for (const read of [before, after]) if (!read.ok) return refused(read.error.code, object, read.error.observed, read.error.next);
    if (!before.ok || !after.ok) return nothing;
    const off = before.value.filter((tag) => !after.value.includes(tag) && config.tags.includes(tag));
    const on = after.value.filter((tag) => !before.value.includes(tag) && !config.tags.includes(tag));
    const free = notReserved([...off, ...on]);
    if (!free.ok) return refused(free.error.code, object, free.error.observed, free.error.next);
    if (off.length + on.length === 0) return nothing;
    return steps(Object.fromEntries([...off, ...on].map((tag) => [partKey('tag', tag), config.tags.includes(tag)])), { kind: 'tags', before: off, after: on });
  },
};
