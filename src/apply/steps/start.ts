import { tokenIdOf } from '../../endpoints';
import { differs, lookAt, readAs, readGuestBack } from '../../effects';
import { guestName } from '../../guest';
import { effect, plannedNode, recheckPlanned, stepKey, targetOf, updaterOf, type AnyEffect, type StepContext } from './step';

export function startStep(context: StepContext): AnyEffect {
  const target = targetOf(context);
  const { reader } = context.cluster;
  return effect({
    intent: { step: stepKey(context), kind: 'start', cluster: target.cluster, node: plannedNode(context.action), vmid: target.vmid, guestId: target.guestId, request: {} },
    reader,
    recheck: () => recheckPlanned(context),
    evidence: ({ fresh }) => ({ identity: fresh.value, digest: fresh.digest }),
    call: ({ fresh }) => updaterOf(context).start(fresh),
    task: { type: target.kind === 'qemu' ? 'qmstart' : 'vzstart', tokenId: tokenIdOf('update') },
    look: async () => {
      const now = await lookAt(reader, target);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      const power = await reader.power({ node: now.value.node, kind: target.kind, vmid: target.vmid });
      if (!power.ok) return { kind: 'cannot-tell', observed: `${power.error.where}: ${power.error.text}` };
      return power.value.hasProcess ? { kind: 'applied' } : { kind: 'not-applied', observed: `it is ${power.value.status}` };
    },
    readBack: async () => {
      const now = await readGuestBack(reader, target);
      if (!now.ok || !now.value.ok) return now;
      const power = await reader.power({ node: now.value.value.node, kind: target.kind, vmid: target.vmid });
      if (!power.ok) return power;
      return power.value.hasProcess ? readAs({ status: power.value.status }) : differs(`power of ${guestName(target)}`, 'running', power.value.status);
    },
    onLine: context.say,
  });
}
