// Carries P10, P11: one change of a guest's configuration, under the digest that was read in the same step.
import { differs, evidenceOf, lookAt, readAs, readGuestBack } from '../../effects';
import { updaterOf } from '../../endpoints';
import { guestName, sameGuest, sameWithNic } from '../../guest';
import { configurationOf, type ConfigurationStep } from './configuration';
import { effect, plannedNode, recheckPlanned, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

export function configureStep(context: StepContext, step: ConfigurationStep): AnyEffect {
  const target = targetOf(context);
  const { action } = context;
  const { reader } = context.cluster;
  const configuration = configurationOf(step, target, action.kind === 'create' ? action.spec.sockets : action.sockets);
  const subject = 'slot' in step ? `${step.kind} ${step.slot}` : step.kind;
  // A container is known by its MAC addresses too, and this very step may change one.
  const isIt = step.kind === 'nic' ? sameWithNic(/(?:[0-9A-F]{2}:){5}[0-9A-F]{2}/i.exec(step.after ?? '')?.[0] ?? null) : sameGuest;
  return effect({
    intent: { step: stepKey(context), kind: 'configure', cluster: target.cluster, node: plannedNode(action), vmid: target.vmid, guestId: target.guestId, request: { change: subject, before: step.before, after: step.after } },
    reader,
    recheck: () => recheckPlanned(context),
    evidence: (checked) => ({ ...evidenceOf(checked), before: configuration.seen(checked.config) }),
    call: ({ fresh, config }) => updaterOf(context.cluster).configure(fresh, configuration.change(config)),
    task: null,
    look: async () => {
      const now = await lookAt(reader, target, isIt);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      return configuration.stands(now.value.config) ? { kind: 'applied' } : { kind: 'not-applied', observed: `${subject} is ${JSON.stringify(configuration.seen(now.value.config))}` };
    },
    readBack: async () => {
      const what = `${subject} of ${guestName(target)}`;
      const now = await readGuestBack(reader, target, isIt);
      if (!now.ok || !now.value.ok) return now;
      const { config, node, identity } = now.value.value;
      // The configuration answer shows what waits as if it were there: only the pending list tells the two apart.
      const pending = await reader.pending({ node, kind: target.kind, vmid: target.vmid });
      if (!pending.ok) return pending;
      const waits = configuration.key === null ? undefined : pending.value.find((row) => row.key === configuration.key && (row.pending !== null || row.delete));
      if (waits !== undefined) return differs(what, step.after, `${waits.value ?? 'unset'}, with ${waits.pending ?? 'its removal'} pending until the next start`);
      return configuration.stands(config) ? readAs({ [subject]: configuration.seen(config), digest: config.digest, ...(step.kind === 'nic' ? { identity } : {}) }) : differs(what, step.after, configuration.seen(config));
    },
    onLine: context.say,
  });
}
