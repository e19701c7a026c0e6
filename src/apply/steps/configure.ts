// Carries P10: cores, memory, description and tags of a guest: one concern per write, because Proxmox writes key by key.
import { differs, evidenceOf, lookAt, readAs, readGuestBack } from '../../effects';
import { updaterOf } from '../../endpoints';
import { emitDescription, guestName, type GuestConfig } from '../../guest';
import { Bug } from '../../kernel';
import type { ConfigChange } from '../../proxmox/ports';
import { effect, plannedNode, recheckPlanned, stepKey, targetOf, type AnyEffect, type StepContext } from './step';

/** The change, given what stands there now: tags are a set difference, the description keeps what is not people's text. */
function changeFor({ step, action, target }: StepContext, config: GuestConfig): ConfigChange {
  if (step.kind === 'cores' && typeof step.after === 'number' && action.kind === 'update') return { kind: 'cores', cores: step.after / action.sockets };
  if (step.kind === 'memory' && typeof step.after === 'number') return { kind: 'memory', memoryMib: step.after };
  if (step.kind === 'description' && typeof step.after === 'string' && target !== null) return { kind: 'description', text: emitDescription({ human: step.after, guestId: target.guestId, metadata: config.description.metadata }) };
  if (step.kind === 'tags' && Array.isArray(step.after)) return { kind: 'tags', tags: [...new Set([...config.tags, ...step.after.map(String)])].sort() };
  throw new Bug(`a step ${step.kind} to ${JSON.stringify(step.after)} is no configuration change`);
}

/** What the step is about, as the configuration has it. */
function seen({ step }: StepContext, config: GuestConfig): string | number | readonly string[] {
  switch (step.kind) {
    case 'cores': return config.cores * config.sockets;
    case 'memory': return config.memoryMib;
    case 'description': return config.description.human;
    case 'tags': return config.tags;
    default: throw new Bug(`a step ${step.kind} is no configuration change`);
  }
}

function stands(context: StepContext, config: GuestConfig): boolean {
  const { step } = context;
  if (step.kind === 'tags') return Array.isArray(step.after) && step.after.every((tag) => config.tags.includes(String(tag)));
  return seen(context, config) === step.after;
}

export function configureStep(context: StepContext): AnyEffect {
  const target = targetOf(context);
  const { reader } = context.cluster;
  const { step } = context;
  const what = `${step.kind} of ${guestName(target)}`;
  return effect({
    intent: { step: stepKey(context), kind: 'configure', cluster: target.cluster, node: plannedNode(context.action), vmid: target.vmid, guestId: target.guestId, request: { change: step.kind, before: step.before, after: step.after } },
    reader,
    recheck: () => recheckPlanned(context),
    evidence: (checked) => ({ ...evidenceOf(checked), before: seen(context, checked.config) }),
    call: ({ fresh, config }) => updaterOf(context.cluster).configure(fresh, changeFor(context, config)),
    task: null,
    look: async () => {
      const now = await lookAt(reader, target);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      return stands(context, now.value.config) ? { kind: 'applied' } : { kind: 'not-applied', observed: `${step.kind} is ${JSON.stringify(seen(context, now.value.config))}` };
    },
    readBack: async () => {
      const now = await readGuestBack(reader, target);
      if (!now.ok || !now.value.ok) return now;
      const { config, node } = now.value.value;
      // The configuration answer shows what waits as if it were there: only the pending list tells the two apart.
      const pending = await reader.pending({ node, kind: target.kind, vmid: target.vmid });
      if (!pending.ok) return pending;
      const waits = pending.value.find((row) => row.key === step.kind && (row.pending !== null || row.delete));
      if (waits !== undefined) return differs(what, step.after, `${waits.value ?? 'unset'}, with ${waits.pending ?? 'its removal'} pending until the next start`);
      return stands(context, config) ? readAs({ [step.kind]: seen(context, config), digest: config.digest }) : differs(what, step.after, seen(context, config));
    },
    onLine: context.say,
  });
}
