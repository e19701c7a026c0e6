// Carries P14, P26: uuid and marker go into the create call itself, so that a lost answer is settled by looking: our uuid there
// means it is ours; a foreign one means that somebody took the VMID; free means that nothing was made; hidden means nothing.
import { differs, faultAsRefusal, readAs, type Looked } from '../../effects';
import { emitDescription, guestName, identify, type GuestConfig, type GuestSpec } from '../../guest';
import { Bug, no, ok, refuse, type Observed, type Result } from '../../kernel';
import type { GuestRow } from '../../proxmox/ports';
import { effect, stepKey, type AnyEffect, type StepContext } from './step';
import { creatorOf, tokenIdOf } from '../../endpoints';

export function createStep(context: StepContext): AnyEffect {
  const spec = specOf(context);
  const cluster = context.cluster.settings.name;
  const { reader } = context.cluster;
  const who = guestName({ ...spec, cluster });
  const config = async (row: GuestRow): Promise<Observed<GuestConfig>> => reader.guestConfig(row);

  /** What stands under the VMID now. */
  async function find(): Promise<Observed<{ readonly kind: 'free' } | { readonly kind: 'ours'; readonly config: GuestConfig; readonly row: GuestRow } | { readonly kind: 'foreign' | 'hidden'; readonly observed: string }>> {
    const guests = await reader.guests();
    if (!guests.ok) return guests;
    const row = guests.value.find((candidate) => candidate.vmid === spec.vmid);
    if (row === undefined) {
      const free = await reader.isVmidFree(spec.vmid);
      if (!free.ok) return free;
      return ok(free.value ? { kind: 'free' } : { kind: 'hidden', observed: `VMID ${spec.vmid} is taken by a guest that the reflect token cannot see` });
    }
    const read = await config(row);
    if (!read.ok) return read;
    if (isOurs(spec, read.value)) return ok({ kind: 'ours', config: read.value, row });
    // Until its task has ended, a guest that is being made or cloned has neither uuid nor description.
    if (read.value.lock === 'create' || read.value.lock === 'clone') return ok({ kind: 'hidden', observed: `${row.kind} ${row.vmid} on ${row.node} is being made, by whom cannot be seen yet` });
    return ok({ kind: 'foreign', observed: `${row.kind} ${row.vmid} on ${row.node} has ${spec.kind === 'qemu' ? `uuid ${read.value.uuid ?? 'none'}` : 'another description'}, not ours` });
  }

  /** What is copied is what the plan saw: still a template, by that name, on that node. */
  async function templateStands(): Promise<Result<void>> {
    if (spec.origin.kind !== 'clone') return ok(undefined);
    const { template, templateName, node } = spec.origin;
    const read = await reader.guestConfig({ node, kind: spec.kind, vmid: template });
    if (!read.ok) return no(faultAsRefusal(`Template ${template}`, read.error));
    const { isTemplate, name } = read.value;
    return isTemplate && name === templateName ? ok(undefined) : refuse('template.changed', `Template ${template} is not what the plan was made from.`, `${name} on ${node}, ${isTemplate ? 'a template' : 'no template'}; planned from ${templateName}`, 'Look who changed it in Proxmox; plan again.');
  }

  async function mayBegin(): Promise<Result<GuestSpec>> {
    const status = await reader.clusterStatus();
    if (!status.ok) return no(faultAsRefusal('The cluster status', status.error));
    if (!status.value.quorate) return refuse('cluster.no-quorum', `Cluster ${cluster} has no quorum.`, 'quorate: 0', 'Bring the missing nodes back, then resume.');
    if (status.value.nodes.find((node) => node.name === spec.node)?.online !== true) return refuse('node.offline', `${who} is to be made on ${spec.node}, which is not online.`, `node ${spec.node}: offline`, 'Wait until the node is back, then resume.');
    const template = await templateStands();
    if (!template.ok) return template;
    const found = await find();
    if (!found.ok) return no(faultAsRefusal(`What stands under VMID ${spec.vmid}`, found.error));
    return found.value.kind === 'free' ? ok(spec) : refuse('vmid.taken', `${who} cannot be made.`, found.value.kind === 'ours' ? 'it stands already' : found.value.observed, 'Look at that guest in Proxmox; plan again for another VMID.');
  }

  return effect({
    intent: { step: stepKey(context), kind: spec.origin.kind === 'clone' ? 'clone' : 'create', cluster, node: spec.node, vmid: spec.vmid, guestId: spec.guestId, request: { spec } },
    reader,
    recheck: mayBegin,
    evidence: () => ({ vmid: spec.vmid, free: true }),
    call: () => {
      const creator = creatorOf(context.cluster);
      const description = emitDescription({ human: spec.human, guestId: spec.guestId, metadata: null });
      if (spec.origin.kind === 'clone') return creator.clone(spec, description);
      return spec.kind === 'qemu' ? creator.createVm(spec, description) : creator.createContainer(spec, description);
    },
    task: { ...taskOf(spec), tokenId: tokenIdOf('create') },
    look: async (): Promise<Looked> => {
      const found = await find();
      if (!found.ok) return { kind: 'cannot-tell', observed: `${found.error.where}: ${found.error.text}` };
      switch (found.value.kind) {
        case 'free': return { kind: 'not-applied', observed: `VMID ${spec.vmid} is free` };
        case 'foreign': return { kind: 'not-applied', observed: found.value.observed };
        case 'hidden': return { kind: 'cannot-tell', observed: found.value.observed };
        case 'ours': return found.value.config.lock === null ? { kind: 'applied' } : { kind: 'cannot-tell', observed: `it stands with lock ${found.value.config.lock}` };
      }
    },
    readBack: async () => {
      const found = await find();
      if (!found.ok) return found;
      if (found.value.kind === 'hidden') return no({ kind: 'not-observed', where: who, text: found.value.observed });
      if (found.value.kind !== 'ours') return differs(who, spec.kind === 'qemu' && spec.origin.kind !== 'clone' ? `uuid ${spec.uuid}` : `marker ${spec.guestId}`, found.value.kind === 'free' ? 'nothing there' : found.value.observed);
      const identity = identify(cluster, found.value.config);
      if (!identity.ok) return ok(identity);
      const wrong = differences(spec, found.value.config);
      return wrong.length === 0 ? readAs({ identity: identity.value, node: found.value.row.node, digest: found.value.config.digest }) : differs(who, wrong.map(([what, promised]) => [what, promised]), wrong.map(([what, , now]) => [what, now]));
    },
    onLine: context.say,
  });
}

/** A VM made new bears our uuid; what is cloned gets a uuid from Proxmox, and a container has none: those are known by our marker. */
function isOurs(spec: GuestSpec, config: GuestConfig): boolean {
  if (config.kind !== spec.kind) return false;
  if (spec.kind === 'qemu' && spec.origin.kind !== 'clone') return config.uuid === spec.uuid;
  const { marker } = config.description;
  return marker.kind === 'one' && marker.guestId === spec.guestId;
}

/** The task of a clone bears the template's id and runs on its node (Proxmox VE 8.4). */
const taskOf = ({ kind, origin }: GuestSpec): { readonly type: string; readonly of?: { readonly vmid: number; readonly node: string } } =>
  origin.kind === 'clone' ? { type: kind === 'qemu' ? 'qmclone' : 'vzclone', of: { vmid: origin.template, node: origin.node } } : { type: kind === 'qemu' ? 'qmcreate' : 'vzcreate' };

function specOf(context: StepContext): GuestSpec {
  if (context.action.kind !== 'create') throw new Bug('only a create makes a guest');
  return context.action.spec;
}

/** Promise and configuration, part by part (P11). */
export function differences(spec: GuestSpec, config: GuestConfig): readonly (readonly [string, unknown, unknown])[] {
  const marker = config.description.marker.kind === 'one' ? config.description.marker.guestId : config.description.marker.kind;
  const named: readonly (readonly [string, unknown, unknown])[] = [['name', spec.name, config.name], ['description', spec.human.trim(), config.description.human], ['marker', spec.guestId, marker]];
  // A clone comes as its template is: the steps after it make the rest.
  const pairs: readonly (readonly [string, unknown, unknown])[] = spec.origin.kind === 'clone' ? named : [
    ...named, ['cores', spec.cores, config.cores * config.sockets], ['memory', spec.memoryMib, config.memoryMib],
    ['disks', spec.disks.map((disk) => `${disk.slot} ${disk.storage} ${disk.sizeMib}`).join(), config.disks.map((disk) => `${disk.slot} ${disk.storage} ${disk.sizeMib}`).join()],
    ['interfaces', spec.nics.map((nic) => `${nic.slot} ${nic.mac} ${nic.bridge} ${nic.tag}`).join(), config.nics.map((nic) => `${nic.slot} ${nic.mac} ${nic.bridge} ${nic.tag}`).join()],
  ];
  return pairs.filter(([, promised, now]) => promised !== now);
}
