// Carries P9, P11, P26: to another node of the cluster, its volumes staying where they are. What stood in the way when the plan was
// made is asked again right before the call; the lock of a dead migration tells nothing about where the guest will end.
import { differs, evidenceOf, faultAsRefusal, lookAt, powerAt, readAs, readGuestBack, type Looked, type Rechecked } from '../../effects';
import { tokenIdOf, updaterOf } from '../../endpoints';
import { guestName, type GuestIdentity } from '../../guest';
import type { StepOf } from '../../intent';
import { no, ok, refuse, type Refusal, type Result } from '../../kernel';
import { effect, plannedNode, recheckPlanned, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

export function migrateStep(context: StepContext, { before, after, mode }: StepOf<'migrate'>): AnyEffect {
  const target = targetOf(context);
  const { reader } = context.cluster;
  return effect<Rechecked>({
    intent: { step: stepKey(context), kind: 'migrate', cluster: target.cluster, node: plannedNode(context.action), vmid: target.vmid, guestId: target.guestId, request: { from: before, to: after, mode } },
    reader, task: { type: target.kind === 'qemu' ? 'qmigrate' : 'vzmigrate', tokenId: tokenIdOf('update') },
    recheck: async () => {
      const checked = await recheckPlanned(context);
      if (!checked.ok) return checked;
      const hindered = await hindrance(context, target, checked.value.fresh.node, after);
      return hindered === null ? checked : no(hindered);
    },
    evidence: evidenceOf,
    call: ({ fresh }) => updaterOf(context.cluster).migrate(fresh, after, mode),
    look: async (): Promise<Looked> => {
      const now = await lookAt(reader, target);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      const { node, config: { lock } } = now.value;
      if (lock === 'migrate') return { kind: 'cannot-tell', observed: `it stands on ${node} with lock migrate` };
      return node === after ? { kind: 'applied' } : { kind: 'not-applied', observed: `it stands on ${node}` };
    },
    readBack: async () => {
      const now = await readGuestBack(reader, target);
      if (!now.ok || !now.value.ok) return now;
      const { node, config } = now.value.value;
      if (node !== after || config.lock !== null) return differs(`the node of ${guestName(target)}`, after, `${node}${config.lock === null ? '' : `, lock ${config.lock}`}`);
      const power = await reader.power({ node, kind: target.kind, vmid: target.vmid });
      if (!power.ok) return power;
      return power.value.hasProcess === (mode !== 'offline') ? readAs({ node, status: power.value.status, digest: config.digest }) : differs(`power of ${guestName(target)} on ${node}`, mode === 'offline' ? 'off' : 'running', power.value.status);
    },
    onLine: context.say,
  });
}

/** What keeps it from going there now. */
async function hindrance(context: StepContext, guest: GuestIdentity, node: string, target: string): Promise<Refusal | null> {
  const { reader } = context.cluster;
  const power = await powerAt(reader, guest, node);
  if (!power.ok) return power.error;
  if (power.value.haManaged) return refusal('guest.ha-managed', `${guestName(guest)} is managed by HA.`, 'an HA resource', 'Take it out of HA in Proxmox first.');
  const status = await reader.clusterStatus();
  if (!status.ok) return faultAsRefusal('The cluster status', status.error);
  const there = status.value.nodes.find((each) => each.name === target);
  if (there?.online !== true) return refusal('node.offline', `${guestName(guest)} is to go to ${target}, which is not online.`, `node ${target}: ${there === undefined ? 'unknown' : 'offline'}`, 'Wait until the node is back, then resume.');
  const hindered = guest.kind === 'qemu' ? await checked(context, guest, node, target) : ok(null);
  return hindered.ok ? null : hindered.error;
}

async function checked(context: StepContext, guest: GuestIdentity, node: string, target: string): Promise<Result<null>> {
  const check = await updaterOf(context.cluster).migrationCheck({ node, kind: 'qemu', vmid: guest.vmid }, target);
  if (!check.ok) return no(faultAsRefusal(`What hinders ${guestName(guest)} from going to ${target}`, check.error));
  const { localDisks, localResources, obstacles } = check.value;
  const found = [...localDisks.map((volume) => `local disk ${volume}`), ...localResources.map((device) => `local device ${device}`), ...obstacles];
  return found.length === 0 ? ok(null) : refuse('migrate.impossible', `${guestName(guest)} cannot go to ${target}.`, found.join('; '), 'Take away what is named, in Proxmox, then resume; or set the node back in NetBox.');
}

const refusal = (code: string, summary: string, observed: string, next: string): Refusal => ({ code, summary, observed, next });
