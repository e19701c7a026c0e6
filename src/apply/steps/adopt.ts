// Carries P9, P10, P13: a guest that Sluice did not make is taken in by one write, its description with our marker, under the digest that
// was read in the same step. People's text and the metadata block stay as they are; nothing else of the guest is touched.
import { baselineMoved, evidenceOf, lookAt, lookAtStranger, readAs, readGuestBack, recheckStranger } from '../../effects';
import { updaterOf } from '../../endpoints';
import { emitDescription, guestName } from '../../guest';
import { Bug } from '../../kernel';
import { effect, plannedNode, stepKey, targetOf, valuesOf, type AnyEffect, type StepContext } from './step';

export function adoptStep(context: StepContext): AnyEffect {
  const { action } = context;
  if (action.kind !== 'adopt') throw new Bug(`a ${action.kind} takes no guest in`);
  const target = targetOf(context);
  const { guestId } = target;
  const { reader } = context.cluster;
  return effect({
    intent: { step: stepKey(context), kind: 'configure', cluster: target.cluster, node: plannedNode(action), vmid: target.vmid, guestId, request: { change: 'marker', before: null, after: guestId } },
    reader,
    recheck: () => recheckStranger(reader, target, (config) => baselineMoved(guestName(target), action.baseline, valuesOf(config, action.baseline))),
    evidence: evidenceOf,
    call: ({ fresh, config: { description: { human, metadata } } }) => updaterOf(context.cluster).configure(fresh, { kind: 'description', text: emitDescription({ human, guestId, metadata }) }),
    task: null,
    look: async () => {
      const now = await lookAt(reader, target);
      if (now.ok) return { kind: 'applied' };
      const stranger = await lookAtStranger(reader, target);
      return stranger.ok ? { kind: 'not-applied', observed: 'it bears no marker' } : { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
    },
    readBack: async () => {
      const now = await readGuestBack(reader, target);
      if (!now.ok || !now.value.ok) return now;
      const { identity, config, node } = now.value.value;
      return readAs({ identity, node, digest: config.digest });
    },
    onLine: context.say,
  });
}
