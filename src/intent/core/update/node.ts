// To another node: the branch names one as the VM's device, or in the field that names the node of a new VM (FEATURES D5). Either may
// be the one that people kept up to date: what main believed is whichever of the two says where the guest stands.
import { customField, isSet, text } from '../fields';
import { joinParts, noted, nothing, refused, steps, threeWay, type Changed, type Concern, type Part, type UpdateScene } from './concern';
import { shutdown } from './power';

export const node: Concern = {
  fields: ['device'],
  customFields: (map) => [map.node],
  draft: (scene) => {
    const { object, input } = scene;
    const changed = [scene.changed(`custom_fields.${input.fields.node}`), scene.changed('device')].filter((field) => field !== undefined);
    const [said, other] = changed.filter((field) => isSet(field.after));
    if (said === undefined) return changed.length === 0 ? nothing : noted('change.no-counterpart', object, changed.map((field) => `${field.name} is cleared`).join(', '), 'It stays on the node where it is.');
    const [want, second] = [nameIn(scene, said.after), other === undefined ? null : nameIn(scene, other.after)];
    if (want === null || (other !== undefined && second === null)) return refused('migrate.node', object, `${said.name} ${JSON.stringify(said.after)} is no device that NetBox has`, 'Name the device whose name is that of the node.');
    if (other !== undefined && want !== second) return refused('migrate.node', object, `${said.name} says ${want}, ${other.name} says ${second}`, 'Name the same node in both, or change one of them only.');
    return move(scene, said, want);
  },
};

/** A node's name, or the device of that id. */
const nameIn = ({ input: { content: { lookups } } }: UpdateScene, value: unknown): string | null => (typeof value === 'number' ? (lookups.devices.get(value) ?? null) : text(value));

function move(scene: UpdateScene, field: Changed, want: string): Part {
  const { object, change: { vm }, input, target: { link, seen } } = scene;
  const names = [vm?.original?.['device'], customField(vm?.original ?? {}, input.fields.node)].map((value) => nameIn(scene, value)).filter((name) => name !== null);
  const believed = names.find((name) => name === seen.node) ?? names[0] ?? null;
  return threeWay({ object, property: 'node', field, believed, want, live: seen.node }, () => {
    const runs = seen.hasProcess && shutdown.draft(scene).steps.length === 0;
    const mode = !runs ? 'offline' : link.kind === 'qemu' ? 'online' : 'restart';
    const part = steps({ node: seen.node, hasProcess: seen.hasProcess }, { kind: 'migrate', before: seen.node, after: want, mode });
    return mode === 'restart' ? joinParts([part, restarts(object, seen.node, want)]) : part;
  });
}

const restarts = (object: string, from: string, to: string): Part => ({
  ...nothing, findings: [{ rule: 'migrate.restarts', severity: 'warning', object, observed: `the container runs: it is stopped on ${from} and started on ${to}`, next: 'Merge when it may be away for a moment.' }],
});
