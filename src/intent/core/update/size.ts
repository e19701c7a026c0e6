// vCPUs and memory. NetBox counts vCPUs; Proxmox's cores are per socket, and the sockets of a guest stay as they are.
import { wholeOf } from '../fields';
import { joinParts, notSupported, nothing, refused, steps, threeWay, type Changed, type Concern, type Part, type UpdateScene } from './concern';

export const cores: Concern = {
  fields: ['vcpus'],
  draft: (scene) => {
    const field = scene.changed('vcpus');
    if (field === undefined) return nothing;
    const { object, target: { seen: { config } } } = scene;
    const { sockets } = config;
    const want = wholeOf(field.after);
    if (want === null || want <= 0 || want % sockets !== 0) return refused('size.within-limits', object, `vcpus ${JSON.stringify(field.after)} with ${sockets} sockets`, `Give a whole number of vCPUs that ${sockets} divides.`);
    const live = config.cores * sockets;
    return threeWay({ object, property: 'cores', field, believed: wholeOf(field.before), want, live }, () => offline(scene, steps({ cores: config.cores, sockets }, { kind: 'cores', before: live, after: want })));
  },
};

export const memory: Concern = {
  fields: ['memory'],
  draft: (scene) => {
    const field = scene.changed('memory');
    return field === undefined ? nothing : wantedMemory(scene, field);
  },
};

function wantedMemory(scene: UpdateScene, field: Changed): Part {
  const { object, target: { seen: { config } } } = scene;
  const want = wholeOf(field.after);
  if (want === null) return { ...nothing, findings: [notSupported(object, `memory: ${JSON.stringify(field.before)} -> ${JSON.stringify(field.after)}`)] };
  const live = config.memoryMib;
  return threeWay({ object, property: 'memory', field, believed: wholeOf(field.before), want, live }, () => offline(scene, steps({ memoryMib: live }, { kind: 'memory', before: live, after: want })));
}

/** Cores and memory of a running VM would only wait as pending: whether it runs belongs to the baseline. A container takes them at once. */
const offline = ({ target: { link, seen } }: UpdateScene, part: Part): Part => (link.kind === 'qemu' ? joinParts([part, { ...nothing, baseline: { hasProcess: seen.hasProcess } }]) : part);
