// Carries P9, P11, P20: shut down before what changes only while the guest is off, start last. Never a hard stop.
import { tokenIdOf, updaterOf } from '../../endpoints';
import { powerEffect } from '../../effects';
import { effect, plannedNode, recheckPlanned, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

export function powerStep(context: StepContext, kind: 'start' | 'shutdown'): AnyEffect {
  const target = targetOf(context);
  return effect(powerEffect({
    kind, target, reader: context.cluster.reader, updater: () => updaterOf(context.cluster), tokenId: tokenIdOf('update'),
    intent: { step: stepKey(context), cluster: target.cluster, node: plannedNode(context.action), vmid: target.vmid, guestId: target.guestId },
    recheck: () => recheckPlanned(context), onLine: context.say,
  }));
}
