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
    const ours = read.value.kind === spec.kind && read.value.uuid === spec.uuid;
    return ok(ours ? { kind: 'ours', config: read.value, row } : { kind: 'foreign', observed: `${row.kind} ${row.vmid} on ${row.node} has uuid ${read.value.uuid ?? 'none'}, not ${spec.uuid}` });
  }

  async function mayBegin(): Promise<Result<GuestSpec>> {
    const status = await reader.clusterStatus();
    if (!status.ok) return no(faultAsRefusal('The cluster status', status.error));
    if (!status.value.quorate) return refuse('cluster.no-quorum', `Cluster ${cluster} has no quorum.`, 'quorate: 0', 'Bring the missing nodes back, then resume.');
    if (status.value.nodes.find((node) => node.name === spec.node)?.online !== true) return refuse('node.offline', `${who} is to be made on ${spec.node}, which is not online.`, `node ${spec.node}: offline`, 'Wait until the node is back, then resume.');
    const found = await find();
    if (!found.ok) return no(faultAsRefusal(`What stands under VMID ${spec.vmid}`, found.error));
    return found.value.kind === 'free' ? ok(spec) : refuse('vmid.taken', `${who} cannot be made.`, found.value.kind === 'ours' ? 'it stands already' : found.value.observed, 'Look at that guest in Proxmox; plan again for another VMID.');
  }

  return effect({
    intent: { step: stepKey(context), kind: 'create', cluster, node: spec.node, vmid: spec.vmid, guestId: spec.guestId, request: { spec } },
    reader,
    recheck: mayBegin,
    evidence: () => ({ vmid: spec.vmid, free: true }),
    call: () => creatorOf(context.cluster).createVm(spec, emitDescription({ human: spec.human, guestId: spec.guestId, metadata: null })),
    task: { type: 'qmcreate', tokenId: tokenIdOf('create') },
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
      if (found.value.kind !== 'ours') return differs(who, `uuid ${spec.uuid}`, found.value.kind === 'free' ? 'nothing there' : found.value.observed);
      const identity = identify(cluster, found.value.config);
      if (!identity.ok) return ok(identity);
      const wrong = differences(spec, found.value.config);
      return wrong.length === 0 ? readAs({ identity: identity.value, node: found.value.row.node, digest: found.value.config.digest }) : differs(who, wrong.map(([what, promised]) => [what, promised]), wrong.map(([what, , now]) => [what, now]));
    },
    onLine: context.say,
  });
}

function specOf(context: StepContext): GuestSpec {
  if (context.action.kind !== 'create') throw new Bug('only a create makes a guest');
  return context.action.spec;
}

/** Promise and configuration, part by part (P11). */
export function differences(spec: GuestSpec, config: GuestConfig): readonly (readonly [string, unknown, unknown])[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['name', spec.name, config.name], ['cores', spec.cores, config.cores * config.sockets], ['memory', spec.memoryMib, config.memoryMib], ['description', spec.human.trim(), config.description.human],
    ['marker', spec.guestId, config.description.marker.kind === 'one' ? config.description.marker.guestId : config.description.marker.kind],
    ['disks', spec.disks.map((disk) => `${disk.slot} ${disk.storage} ${disk.sizeMib}`).join(), config.disks.map((disk) => `${disk.slot} ${disk.storage} ${disk.sizeMib}`).join()],
    ['interfaces', spec.nics.map((nic) => `${nic.slot} ${nic.mac} ${nic.bridge} ${nic.tag}`).join(), config.nics.map((nic) => `${nic.slot} ${nic.mac} ${nic.bridge} ${nic.tag}`).join()],
  ];
  return pairs.filter(([, promised, now]) => promised !== now);
}
