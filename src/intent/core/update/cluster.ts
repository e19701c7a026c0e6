// A guest is not moved between clusters (FEATURES A7): refused, with what to do instead.
import { nothing, refused, type Concern } from './concern';

export const cluster: Concern = {
  fields: ['cluster'],
  draft: ({ changed, object, input: { content: { lookups } } }) => {
    const field = changed('cluster');
    if (field === undefined) return nothing;
    const name = (id: unknown): string => (typeof id === 'number' ? (lookups.clusters.get(id) ?? `NetBox cluster ${id}`) : 'none');
    return refused('change.not-supported', object, `cluster: ${name(field.before)} -> ${name(field.after)}`, 'A merge moves no guest between clusters: set the cluster back. To move it, create a VM in the other cluster in a branch, copy what is in it, and delete this one in a branch of its own.');
  },
};
