// What a step is given and what it gives: a description of one write, which the effect runner carries out. A step decides
// nothing that the plan left open (P2).
import type { ClusterAccess } from '../../endpoints';
import { baselineMoved, powerAt, recheck, type EffectDefinition, type Rechecked } from '../../effects';
import { absent, canonicalProperty, guestName, observedValue, partKey, type GuestConfig, type GuestIdentity, type ObservedValue } from '../../guest';
import type { Action, Step } from '../../intent';
import { Bug, exhaustive, no, type Result } from '../../kernel';
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
  const { hasProcess, node, ...ofConfig } = expectedNow(action.baseline, action.sockets, context.done);
  if (Object.keys(action.baseline).length === 0) return no({ code: 'baseline.missing', summary: `There is no baseline for ${who}.`, observed: 'the plan holds none', next: 'Plan again.' });
  const checked = await recheck(context.cluster.reader, target, (config) => Object.keys(ofConfig).length === 0 ? null : baselineMoved(who, ofConfig, valuesOf(config, ofConfig)));
  if (!checked.ok) return checked;
  const elsewhere = node === undefined ? null : baselineMoved(who, { node }, { node: checked.value.fresh.node });
  if (elsewhere !== null) return no(elsewhere);
  if (hasProcess === undefined) return checked;
  const power = await powerAt(context.cluster.reader, target, checked.value.fresh.node);
  if (!power.ok) return power;
  const moved = baselineMoved(who, { hasProcess }, { hasProcess: power.value.hasProcess });
  return moved === null ? checked : no(moved);
}

type Values = Readonly<Record<string, ObservedValue>>;

export function expectedNow(baseline: Values, sockets: number, done: readonly Step[]): Values {
  const expected = new Map(Object.entries(baseline));
  for (const step of done) {
    for (const [key, value] of Object.entries(written(step, sockets))) {
      if (value === null) expected.delete(key);
      else expected.set(key, value);
    }
  }
  return Object.fromEntries(expected);
}

/** What a step that is done made of the values of a baseline; null where it cannot be foretold. */
function written(step: Step, sockets: number): Readonly<Record<string, ObservedValue | null>> {
  switch (step.kind) {
    case 'name': return { name: step.after };
    case 'cores': return { cores: step.after / sockets };
    case 'memory': return { memoryMib: step.after };
    case 'description': return { human: step.after };
    case 'on-boot': return { onBoot: step.after };
    case 'tags': return Object.fromEntries([...step.before.map((tag) => [partKey('tag', tag), false] as const), ...step.after.map((tag) => [partKey('tag', tag), true] as const)]);
    case 'nic': return { [partKey('nic', step.slot)]: step.after ?? absent };
    case 'disk-add': return { [partKey('disk', step.slot)]: null, [partKey('size', step.slot)]: step.sizeMib };
    case 'disk-grow': return { [partKey('size', step.slot)]: step.after };
    case 'disk-detach': return { [partKey('disk', step.slot)]: absent, [partKey('size', step.slot)]: null };
    case 'cloud-init': return Object.fromEntries(Object.entries(step.after).map(([key, value]) => [partKey('option', key), value === null ? absent : canonicalProperty(value)]));
    case 'shutdown': return { hasProcess: false };
    case 'start': return { hasProcess: true };
    case 'migrate': return { node: step.after };
    case 'create': case 'clone': case 'hand-over': case 'adopt': case 'stamp': return {};
    default: return exhaustive(step);
  }
}

/** What of this configuration the baseline speaks of. */
export const valuesOf = (config: GuestConfig, baseline: Values): Readonly<Record<string, unknown>> => Object.fromEntries(Object.keys(baseline).map((key) => [key, observedValue(config, key)]));
