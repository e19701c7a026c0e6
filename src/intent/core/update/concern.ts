// One thing that a branch can change about a guest: which fields and rows say it, and which steps it becomes. One file each; a
// field that no concern takes is refused by name, never ignored.
import { isDeepStrictEqual } from 'node:util';
import type { ObservedValue } from '../../../guest';
import type { FieldMap } from '../../../netbox/ports';
import type { PlanInput } from '../draft-parts';
import type { Target } from '../find-target';
import type { GuestChange } from '../grouping';
import type { Baseline, Drift, Finding } from '../plan';
import type { Step } from '../step';
import type { ClusterWorld } from '../world';

/** A field of the VM record on both sides and in main; our own custom fields stand as `custom_fields.NAME`. */
export interface Changed { readonly name: string; readonly before: unknown; readonly after: unknown; readonly current: unknown }

export interface UpdateScene {
  readonly change: GuestChange;
  readonly world: ClusterWorld;
  readonly input: PlanInput;
  /** `VM web-01`. */
  readonly object: string;
  readonly target: Target;
  /** The field, if the branch changes it. */
  changed(name: string): Changed | undefined;
}

export interface Part { readonly steps: readonly Step[]; readonly baseline: Baseline; readonly findings: readonly Finding[]; readonly drift: readonly Drift[] }

export interface Concern {
  /** Fields of the VM record that it answers for. */
  readonly fields: readonly string[];
  /** Custom fields of ours that it answers for as well, by their names in this NetBox. */
  customFields?(map: FieldMap): readonly string[];
  /** Rows of children that it answers for. */
  readonly rows?: 'disks' | 'interfaces' | 'addresses';
  draft(scene: UpdateScene): Part;
}

export const nothing: Part = { steps: [], baseline: {}, findings: [], drift: [] };
export const steps = (baseline: Baseline, ...made: readonly Step[]): Part => ({ ...nothing, steps: made, baseline });
export const joinParts = (parts: readonly Part[]): Part => ({
  steps: parts.flatMap((part) => part.steps), findings: parts.flatMap((part) => part.findings), drift: parts.flatMap((part) => part.drift),
  baseline: Object.assign({}, ...parts.map((part) => part.baseline)) as Baseline,
});

export const refused = (rule: string, object: string, observed: string, next: string): Part => ({ ...nothing, findings: [{ rule, severity: 'refusal', object, observed, next }] });
export const noted = (rule: string, object: string, observed: string, next: string): Part => ({ ...nothing, findings: [{ rule, severity: 'info', object, observed, next }] });

export const notSupported = (object: string, observed: string): Finding => ({
  rule: 'change.not-supported', severity: 'refusal', object, observed, next: 'Sluice does not carry this change to a guest that stands: take it out of the branch.',
});

interface Values<T extends ObservedValue> {
  readonly object: string;
  readonly property: string;
  readonly field: Changed;
  /** What NetBox main said when the branch began, as Proxmox would say it. */
  readonly believed: T | null;
  readonly want: T;
  readonly live: T;
}

/**
 * Original, wanted, live: nothing where it is as wanted; refused where main moved under the branch, or where Proxmox runs what
 * main does not say (drift); else what `then` makes of it.
 */
export function threeWay<T extends ObservedValue>({ object, property, field, believed, want, live }: Values<T>, then: () => Part): Part {
  if (want === live) return nothing;
  if (!isDeepStrictEqual(field.current ?? field.before, field.before) && !isDeepStrictEqual(field.current, field.after)) {
    return refused('branch.conflict', object, `${field.name}: main now says ${JSON.stringify(field.current)}, the branch started from ${JSON.stringify(field.before)}`, 'Sync the branch with main and decide the value again.');
  }
  if (believed === live) return then();
  return {
    ...refused('change.drifted', object, `${property}: NetBox main says ${JSON.stringify(believed)}, Proxmox runs ${JSON.stringify(live)}`, 'Bring main up to date with what runs, sync the branch, and decide again.'),
    drift: [{ object, property, netbox: String(believed), proxmox: String(live) }],
  };
}
