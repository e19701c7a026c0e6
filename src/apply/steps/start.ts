import { tokenIdOf, updaterOf } from '../../endpoints';
import { differs, evidenceOf, lookWithPower, readAs, readGuestBack } from '../../effects';
import { guestName } from '../../guest';
import { effect, plannedNode, recheckPlanned, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

export function startStep(context: StepContext): AnyEffect {
  const target = targetOf(context);
  const { reader } = context.cluster;
  return effect({
    intent: { step: stepKey(context), kind: 'start', cluster: target.cluster, node: plannedNode(context.action), vmid: target.vmid, guestId: target.guestId, request: {} },
    reader,
    recheck: () => recheckPlanned(context),
    evidence: evidenceOf,
    call: ({ fresh }) => updaterOf(context.cluster).start(fresh),
    task: { type: target.kind === 'qemu' ? 'qmstart' : 'vzstart', tokenId: tokenIdOf('update') },
    look: async () => {
      const now = await lookWithPower(reader, target);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      return now.value.hasProcess ? { kind: 'applied' } : { kind: 'not-applied', observed: `it is ${now.value.power.status}` };
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
