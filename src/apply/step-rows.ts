// The steps of a plan as the rows of its job, with the words that people read in the log.
import type { Action, Plan, Step } from '../intent';
import type { NewStep } from './job.store';

export const stepRows = (plan: Plan): readonly NewStep[] =>
  plan.content.actions.flatMap((action, index) => action.steps.map((step) => ({ action: index, guestId: guestIdOf(action), kind: step.kind, title: titleOf(action, step) })));

export const guestIdOf = (action: Action): string => (action.kind === 'create' ? action.spec.guestId : action.target.guestId);

const moveWords = { online: 'while it runs', offline: 'while it is off', restart: 'with a restart' } as const;

function titleOf(action: Action, step: Step): string {
  const who = `${action.name} (${action.kind === 'create' ? action.spec.vmid : action.target.vmid})`;
  switch (step.kind) {
    case 'create': return `create ${who} on ${action.kind === 'create' ? action.spec.node : action.node}, cluster ${action.cluster}`;
    case 'clone': return `${who}: ${step.after}, cluster ${action.cluster}`;
    case 'cloud-init': return `${who}: cloud-init ${Object.keys(step.after).join(', ')}`;
    case 'hand-over': return `hand ${who} over to pool ${step.after}`;
    case 'adopt': return `take ${who} in, cluster ${action.cluster}`;
    case 'tags': return `tag ${who}: ${[...step.after.map((tag) => `+${tag}`), ...step.before.map((tag) => `-${tag}`)].join(', ')}`;
    case 'shutdown': return `shut down ${who}`;
    case 'start': return `start ${who}`;
    case 'migrate': return `move ${who} ${step.before} -> ${step.after}, ${moveWords[step.mode]}`;
    case 'name': return `${who}: name ${step.before} -> ${step.after}`;
    case 'cores': return `${who}: cores ${step.before} -> ${step.after}`;
    case 'memory': return `${who}: memory ${step.before} -> ${step.after} MiB`;
    case 'on-boot': return `${who}: ${step.after ? 'start' : 'do not start'} with the node`;
    case 'nic': return step.before === null ? `${who}: add ${step.slot}` : step.after === null ? `${who}: remove ${step.slot}` : `${who}: change ${step.slot}`;
    case 'disk-add': return `${who}: add disk ${step.slot}, ${step.after}`;
    case 'disk-grow': return `${who}: grow ${step.slot} ${step.before} -> ${step.after} MiB`;
    case 'disk-detach': return `${who}: detach ${step.slot}, its volume stays`;
    case 'description': return `${who}: description`;
    case 'stamp': return `stamp ${who} in NetBox`;
  }
}
