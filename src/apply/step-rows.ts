// The steps of a plan as the rows of its job, with the words that people read in the log.
import type { Action, Plan, Step } from '../intent';
import type { NewStep } from './job.store';

export const stepRows = (plan: Plan): readonly NewStep[] =>
  plan.content.actions.flatMap((action, index) => action.steps.map((step) => ({ action: index, guestId: guestIdOf(action), kind: step.kind, title: titleOf(action, step) })));

export const guestIdOf = (action: Action): string => (action.kind === 'create' ? action.spec.guestId : action.target.guestId);

function titleOf(action: Action, step: Step): string {
  const who = `${action.name} (${action.kind === 'create' ? action.spec.vmid : action.target.vmid})`;
  switch (step.kind) {
    case 'create': return `create ${who} on ${action.kind === 'create' ? action.spec.node : action.node}, cluster ${action.cluster}`;
    case 'hand-over': return `hand ${who} over to pool ${String(step.after)}`;
    case 'tags': return `tag ${who}: ${Array.isArray(step.after) ? step.after.join(', ') : String(step.after)}`;
    case 'start': return `start ${who}`;
    case 'cores': return `${who}: cores ${String(step.before)} -> ${String(step.after)}`;
    case 'memory': return `${who}: memory ${String(step.before)} -> ${String(step.after)} MiB`;
    case 'description': return `${who}: description`;
    case 'stamp': return `stamp ${who} in NetBox`;
  }
}
