// The steps that make a guest. One made from nothing, an ISO or a container template is whole after its create call; a clone comes as
// its template is and is brought to what was wanted, one concern a step, after it was handed over.
import { ok, refuse, type Result } from '../../../kernel';
import { canonicalProperty, cloudInitOptions, nicProperty, type GuestConfig, type GuestSpec } from '../../../guest';
import type { Step } from '../step';

export function createSteps(spec: GuestSpec, template: GuestConfig | null): Result<readonly Step[]> {
  const shaping = template === null ? ok<readonly Step[]>([]) : shape(spec, template);
  if (!shaping.ok) return shaping;
  const worn = template?.tags ?? [];
  const [off, on] = [worn.filter((tag) => !spec.tags.includes(tag)), spec.tags.filter((tag) => !worn.includes(tag))];
  return ok([
    spec.origin.kind === 'clone' ? { kind: 'clone', before: null, after: `${spec.origin.storage === null ? 'linked' : 'full'} clone of ${spec.origin.template} (${spec.origin.templateName}) as ${spec.vmid} on ${spec.node}` } : { kind: 'create', before: null, after: `${spec.kind} ${spec.vmid} on ${spec.node}` },
    { kind: 'hand-over', before: 'intake', after: spec.pool },
    ...shaping.value,
    // A clone wears its template's tags, whatever they mean there.
    ...(off.length + on.length === 0 ? [] : [{ kind: 'tags', before: off, after: on } as const]),
    ...(spec.start ? [{ kind: 'start', before: 'stopped', after: 'running' } as const] : []),
    { kind: 'stamp', before: null, after: spec.vmid },
  ]);
}

function shape(spec: GuestSpec, template: GuestConfig): Result<readonly Step[]> {
  const live = template.cores * template.sockets;
  if (spec.cores % template.sockets !== 0) return refuse('size.within-limits', 'The template\'s sockets do not divide the vCPUs.', `vcpus ${spec.cores} with ${template.sockets} sockets`, `Give a whole number of vCPUs that ${template.sockets} divides.`);
  const shrunk = spec.disks.map((disk) => ({ disk, have: template.disks.find((each) => each.slot === disk.slot) })).find(({ disk, have }) => have !== undefined && (have.sizeMib === null || disk.sizeMib < have.sizeMib));
  if (shrunk !== undefined) return refuse('disk.removal', 'A disk would be smaller than the template\'s.', `${shrunk.disk.slot}: ${shrunk.disk.sizeMib} MB wanted, the template has ${shrunk.have?.sizeMib ?? 'an unknown size'}`, 'Proxmox cannot shrink a disk: give it at least the size of the template.');
  const taken = spec.disks.find(({ slot }) => template.raw[slot] !== undefined && !template.disks.some((each) => each.slot === slot));
  if (taken !== undefined) return refuse('disk.slot-taken', 'The template has another drive there.', `${taken.slot} of the template is ${template.raw[taken.slot] ?? ''}`, 'Name the disk by another slot, such as scsi1.');
  const options = spec.cloudInit === null ? {} : cloudInitOptions(spec.cloudInit, spec.nics);
  return ok([
    ...(spec.cores === live ? [] : [{ kind: 'cores', before: live, after: spec.cores } as const]),
    ...(spec.memoryMib === template.memoryMib ? [] : [{ kind: 'memory', before: template.memoryMib, after: spec.memoryMib } as const]),
    ...(spec.onBoot === template.onBoot ? [] : [{ kind: 'on-boot', before: template.onBoot, after: spec.onBoot } as const]),
    // A clone's MAC addresses are new and not known beforehand: each interface is written whole.
    ...spec.nics.map((nic) => ({ kind: 'nic', slot: nic.slot, before: null, after: canonicalProperty(nicProperty(spec.kind, nic)) }) as const),
    ...template.nics.filter((nic) => !spec.nics.some((wanted) => wanted.slot === nic.slot)).map((nic) => ({ kind: 'nic', slot: nic.slot, before: canonicalProperty(template.raw[nic.slot] ?? ''), after: null }) as const),
    ...spec.disks.flatMap((disk): readonly Step[] => {
      const have = template.disks.find((each) => each.slot === disk.slot);
      if (have === undefined) return [{ kind: 'disk-add', slot: disk.slot, before: null, after: `${disk.sizeMib} MiB on ${disk.storage}`, storage: disk.storage, sizeMib: disk.sizeMib }];
      return have.sizeMib === null || have.sizeMib === disk.sizeMib ? [] : [{ kind: 'disk-grow', slot: disk.slot, before: have.sizeMib, after: disk.sizeMib }];
    }),
    ...(Object.keys(options).length === 0 ? [] : [{ kind: 'cloud-init', before: {}, after: options } as const]),
  ]);
}
