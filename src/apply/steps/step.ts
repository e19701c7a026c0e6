// What a step is given and what it gives: a description of one write, which the effect runner carries out. A step decides
// nothing that the plan left open (P2).
import type { ClusterAccess } from '../../endpoints';
import { baselineMoved, powerAt, recheck, type EffectDefinition, type Rechecked } from '../../effects';
import { guestName, type GuestConfig, type GuestIdentity } from '../../guest';
import type { Action, Step } from '../../intent';
import { Bug, no, type Result } from '../../kernel';
import type { NetBoxAccess } from '../../netbox';

export interface StepContext {
  readonly jobId: string;
  readonly ordinal: number;
  readonly action: Action;
  readonly step: Step;
  /** Steps of the same action that are done: what they wrote is expected now. */
  readonly done: readonly Step[];
  readonly cluster: ClusterAccess;
  readonly netbox: NetBoxAccess;
  /** Who the guest is: from the plan for an update, from its link once a create was read back; null before. */
  readonly target: GuestIdentity | null;
  readonly say: (text: string) => void;
}

/** The evidence's type stays inside one step; the runner only hands it from recheck to call. */
export type AnyEffect = EffectDefinition<unknown>;
export const effect = <Evidence>(definition: EffectDefinition<Evidence>): AnyEffect => definition as AnyEffect;

export const stepKey = (context: StepContext): string => `${context.ordinal}:${context.step.kind}`;

export function targetOf(context: StepContext): GuestIdentity {
  if (context.target === null) throw new Bug(`step ${context.step.kind} has no target`);
  return context.target;
}

/** The node of the plan; the call itself goes to where the recheck found the guest. */
export const plannedNode = (action: Action): string => (action.kind === 'create' ? action.spec.node : action.node);

/** The identity and the baseline as they have to be now: planned values, and what the steps before wrote (P6, P9). */
export async function recheckPlanned(context: StepContext): Promise<Result<Rechecked>> {
  const target = targetOf(context);
  const { action } = context;
  const who = guestName(target);
  if (action.kind === 'create') return recheck(context.cluster.reader, target);
  const { hasProcess, ...ofConfig } = expectedNow(action.baseline, action.sockets, context.done);
  if (Object.keys(ofConfig).length === 0) return no({ code: 'baseline.missing', summary: `There is no baseline for ${who}.`, observed: 'the plan holds none', next: 'Plan again.' });
  const checked = await recheck(context.cluster.reader, target, (config) => baselineMoved(who, ofConfig, valuesOf(config)));
  if (!checked.ok || hasProcess === undefined) return checked;
  const power = await powerAt(context.cluster.reader, target, checked.value.fresh.node);
  if (!power.ok) return power;
  const moved = baselineMoved(who, { hasProcess }, { hasProcess: power.value.hasProcess });
  return moved === null ? checked : no(moved);
}

type Values = Readonly<Record<string, string | number | boolean>>;

export function expectedNow(baseline: Values, sockets: number, done: readonly Step[]): Values {
  const written = done.flatMap((step): [string, string | number][] => {
    if (step.kind === 'cores' && typeof step.after === 'number') return [['cores', step.after / sockets]];
    if (step.kind === 'memory' && typeof step.after === 'number') return [['memoryMib', step.after]];
    return step.kind === 'description' && typeof step.after === 'string' ? [['human', step.after]] : [];
  });
  return { ...baseline, ...Object.fromEntries(written) };
}

const valuesOf = (config: GuestConfig): Values => ({ cores: config.cores, sockets: config.sockets, memoryMib: config.memoryMib, human: config.description.human });
