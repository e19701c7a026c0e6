// A guest that the branch changes: three-way per property. What NetBox main believed (original), what the branch wants
// (modified) and what Proxmox runs (live). Only touched properties become steps; the rest of the guest is nobody's business.
import { isDeepStrictEqual } from 'node:util';
import { saysTheLink } from './adopt/wish';
import { conflictsOf } from './conflicts';
import { emptyDraft, joinDrafts, onlyFindings, type Draft, type PlanInput } from './draft-parts';
import { creationFields, customField, netboxOnly } from './fields';
import { findTarget, type Target } from './find-target';
import type { GuestChange } from './grouping';
import type { Finding } from './plan';
import { concerns } from './update';
import { joinParts, notSupported, type Changed, type UpdateScene } from './update/concern';
import { vmLabel } from './which-cluster';
import type { ClusterWorld } from './world';

export function draftUpdate(change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const object = vmLabel(change, input);
  const changed = changedFields(change, input).filter((field) => !saysTheLink(field, input.links.get(change.netboxVmId), input.fields));
  const answered = new Set(concerns.flatMap((concern) => [...concern.fields, ...(concern.customFields?.(input.fields) ?? []).map((name) => `custom_fields.${name}`)]));
  const ours = changed.filter((field) => answered.has(field.name));
  const rest = onlyFindings(...changed.filter((field) => !ours.includes(field)).map((field) => notSupported(object, `${field.name}: ${JSON.stringify(field.before)} -> ${JSON.stringify(field.after)}`)), ...lonelyRows(change, object), ...conflictsOf(change, object));
  if (ours.length + change.disks.length + change.interfaces.length + change.ips.length + rest.findings.length === 0) return emptyDraft;

  const target = findTarget(change, world, input, object);
  if ('finding' in target) return joinDrafts([rest, onlyFindings(target.finding)]);
  return joinDrafts([rest, draftSteps({ change, world, input, object, target, changed: (name) => ours.find((field) => field.name === name) }, target)]);
}

function draftSteps(scene: UpdateScene, { link, identity, seen }: Target): Draft {
  const { steps, baseline, findings, drift } = joinParts(concerns.map((concern) => concern.draft(scene)));
  if (steps.length === 0) return { ...emptyDraft, findings, drift };
  return {
    ...emptyDraft, findings, drift,
    actions: [{
      kind: 'update', netboxVmId: scene.change.netboxVmId, cluster: scene.world.settings.name, name: seen.config.name, target: identity, node: seen.node, sockets: seen.config.sockets, baseline,
      steps: [...steps, { kind: 'stamp', before: null, after: link.vmid }], needsReboot: false,
    }],
  };
}

/** Fields that differ between the two sides and mean something to Proxmox; our own custom fields stand as `custom_fields.NAME`. */
export function changedFields({ vm }: GuestChange, input: PlanInput): readonly Changed[] {
  const [original, modified, current] = [vm?.original ?? {}, vm?.modified ?? {}, vm?.current ?? {}];
  const ours = [input.fields.kind, input.fields.node, input.fields.storage, input.fields.pool, input.fields.vmid, ...creationFields(input.fields), ...input.fields.refused];
  const names = [...new Set([...Object.keys(original), ...Object.keys(modified)])].filter((name) => name !== 'custom_fields' && !netboxOnly.has(name)).sort();
  const plain = names.map((name): Changed => ({ name, before: original[name] ?? null, after: modified[name] ?? null, current: current[name] ?? null }));
  const custom = ours.map((name): Changed => ({ name: `custom_fields.${name}`, before: customField(original, name) ?? null, after: customField(modified, name) ?? null, current: customField(current, name) ?? null }));
  return [...plain, ...custom].filter((field) => !isDeepStrictEqual(field.before, field.after));
}

/** A MAC address given to a new interface belongs to it; any other change of one stands alone, and nothing carries it. */
function lonelyRows(change: GuestChange, object: string): readonly Finding[] {
  const made = new Set(change.interfaces.filter((diff) => diff.original === null).map((diff) => diff.objectId));
  const gone = new Set(change.interfaces.filter((diff) => diff.modified === null).map((diff) => diff.objectId));
  const goes = (diff: GuestChange['macs'][number]): boolean => made.has(Number(diff.modified?.['assigned_object_id'])) || (diff.modified === null && gone.has(Number(diff.original?.['assigned_object_id'])));
  return change.macs.filter((diff) => !goes(diff)).map((diff) => notSupported(`MAC address ${diff.repr} of ${object}`, `the branch would ${diff.action} it`));
}
