// A guest that the branch changes: three-way per property. What NetBox main believed (original), what the branch wants
// (modified) and what Proxmox runs (live). Only touched properties become steps; the rest of the guest is nobody's business.
import { conflictsOf } from './conflicts';
import { emptyDraft, joinDrafts, onlyFindings, type Draft, type PlanInput } from './draft-parts';
import { customField, netboxOnly, text, wholeOf, type Data } from './fields';
import { findTarget, type Target } from './find-target';
import type { GuestChange } from './grouping';
import type { Baseline, Drift, Finding, Step } from './plan';
import { vmLabel } from './which-cluster';
import type { ClusterWorld } from './world';
import { isHumanText } from '../../guest';
import { scrubText } from '../../kernel';
import { isDeepStrictEqual } from 'node:util';

export function draftUpdate(change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const object = vmLabel(change, input);
  const children = unsupportedChildren(change, object);
  const changed = change.vm === null ? [] : changedFields(change.vm.original ?? {}, change.vm.modified ?? {}, input);
  const unsupported = changed.filter((field) => !supported.has(field.name)).map((field) => notSupported(object, `${field.name}: ${JSON.stringify(field.before)} -> ${JSON.stringify(field.after)}`));
  const wanted = [...supported].flatMap((name) => changed.filter((field) => field.name === name));
  const rest = onlyFindings(...children, ...unsupported, ...conflictsOf(change, object));
  if (wanted.length === 0 && rest.findings.length === 0) return emptyDraft;

  const target = findTarget(change, world, input, object);
  if ('finding' in target) return joinDrafts([rest, onlyFindings(target.finding)]);
  return joinDrafts([rest, draftSteps(change, wanted, target, world, object)]);
}

interface Changed { readonly name: string; readonly before: unknown; readonly after: unknown; readonly current: unknown }

/** In the order of their steps. */
const supported: ReadonlySet<string> = new Set(['vcpus', 'memory', 'description']);

/** Fields that differ between the two sides and mean something to Proxmox; our own custom fields stand as `custom_fields.NAME`. */
function changedFields(original: Data, modified: Data, input: PlanInput): readonly Changed[] {
  const ours = [input.fields.kind, input.fields.node, input.fields.storage, input.fields.pool, input.fields.vmid, ...input.fields.notYet];
  const names = [...new Set([...Object.keys(original), ...Object.keys(modified)])].filter((name) => name !== 'custom_fields' && !netboxOnly.has(name)).sort();
  const plain = names.map((name): Changed => ({ name, before: original[name] ?? null, after: modified[name] ?? null, current: null }));
  const custom = ours.map((name): Changed => ({ name: `custom_fields.${name}`, before: customField(original, name) ?? null, after: customField(modified, name) ?? null, current: null }));
  return [...plain, ...custom].filter((field) => !isDeepStrictEqual(field.before, field.after));
}

const notSupported = (object: string, observed: string): Finding => ({
  rule: 'change.not-supported', severity: 'refusal', object, observed, next: 'This version changes vCPUs, memory and description of a guest: take this change out of the branch.',
});

function unsupportedChildren(change: GuestChange, object: string): readonly Finding[] {
  const disks = change.disks.map((diff): Finding => {
    const before = wholeOf(diff.original?.['size']);
    const after = wholeOf(diff.modified?.['size']);
    if (diff.action === 'delete') return { rule: 'disk.removal', severity: 'refusal', object: `disk ${diff.repr} of ${object}`, observed: `the branch removes it (${before} MB)`, next: 'A disk is not removed by a merge: put it back in the branch; freeing a volume will be a request of its own.' };
    if (diff.action === 'update' && before !== null && after !== null && after < before) return { rule: 'disk.removal', severity: 'refusal', object: `disk ${diff.repr} of ${object}`, observed: `the branch shrinks it from ${before} to ${after} MB`, next: 'Proxmox cannot shrink a disk: set the size back.' };
    return notSupported(`disk ${diff.repr} of ${object}`, diff.action === 'create' ? `a new disk of ${after} MB` : `size ${before} -> ${after} MB`);
  });
  const rows = [...change.interfaces.map((diff) => ['interface', diff] as const), ...change.macs.map((diff) => ['MAC address', diff] as const), ...change.ips.map((diff) => ['IP address', diff] as const)];
  return [...disks, ...rows.map(([what, diff]) => notSupported(`${what} ${diff.repr} of ${object}`, `the branch would ${diff.action} it`))];
}

function draftSteps(change: GuestChange, wanted: readonly Changed[], { link, identity, seen }: Target, world: ClusterWorld, object: string): Draft {
  const findings: Finding[] = [];
  const drift: Drift[] = [];
  const steps: Step[] = [];
  let baseline: Record<string, string | number | boolean> = {};
  const current = change.vm?.current ?? {};
  const { config } = seen;
  const consider = (field: Changed, property: 'cores' | 'memory' | 'description', believed: string | number | null, want: string | number | null, live: string | number, step: Step, observed: Baseline): void => {
    if (want === null) { findings.push(notSupported(object, `${field.name}: ${JSON.stringify(field.before)} -> ${JSON.stringify(field.after)}`)); return; }
    if (want === live) return;
    if (!isDeepStrictEqual(current[field.name] ?? field.before, field.before) && !isDeepStrictEqual(current[field.name], field.after)) {
      findings.push({ rule: 'branch.conflict', severity: 'refusal', object, observed: `${field.name}: main now says ${JSON.stringify(current[field.name])}, the branch started from ${JSON.stringify(field.before)}`, next: 'Sync the branch with main and decide the value again.' });
      return;
    }
    if (believed !== live) {
      drift.push({ object, property, netbox: String(believed), proxmox: String(live) });
      findings.push({ rule: 'change.drifted', severity: 'refusal', object, observed: `${property}: NetBox main says ${JSON.stringify(believed)}, Proxmox runs ${JSON.stringify(live)}`, next: 'Bring main up to date with what runs, sync the branch, and decide again.' });
      return;
    }
    steps.push(step);
    baseline = { ...baseline, ...observed };
  };
  for (const field of wanted) {
    if (field.name === 'vcpus') {
      const want = wholeOf(field.after);
      const perSocket = want === null || want % config.sockets !== 0 || want <= 0 ? null : want / config.sockets;
      if (perSocket === null) { findings.push({ rule: 'size.within-limits', severity: 'refusal', object, observed: `vcpus ${JSON.stringify(field.after)} with ${config.sockets} sockets`, next: `Give a whole number of vCPUs that ${config.sockets} divides.` }); continue; }
      consider(field, 'cores', wholeOf(field.before), want, config.cores * config.sockets, { kind: 'cores', before: config.cores * config.sockets, after: want }, { cores: config.cores, sockets: config.sockets });
    }
    if (field.name === 'memory') consider(field, 'memory', wholeOf(field.before), wholeOf(field.after), config.memoryMib, { kind: 'memory', before: config.memoryMib, after: wholeOf(field.after) }, { memoryMib: config.memoryMib });
    // Both values would be kept in the plan (P40).
    if (field.name === 'description' && [text(field.after) ?? '', config.description.human].some((value) => scrubText(value) !== value)) {
      findings.push({ rule: 'change.not-supported', severity: 'refusal', object, observed: 'the description, as it is or as it is wanted, holds what looks like a secret', next: 'Take it out by hand on both sides: a description is kept and shown.' });
      continue;
    }
    if (field.name === 'description' && !isHumanText(text(field.after) ?? '')) {
      findings.push({ rule: 'change.not-supported', severity: 'refusal', object, observed: `description ${JSON.stringify(field.after)} holds a marker of Sluice`, next: 'Take the marker out of the description: Sluice writes it itself.' });
      continue;
    }
    if (field.name === 'description') consider(field, 'description', text(field.before) ?? '', text(field.after) ?? '', config.description.human, { kind: 'description', before: config.description.human, after: text(field.after) ?? '' }, { human: config.description.human });
  }
  if (steps.length === 0) return { ...emptyDraft, findings, drift };
  // Cores and memory of a running VM would only wait as pending: that it is stopped belongs to the baseline.
  const offline = link.kind === 'qemu' && steps.some((step) => step.kind === 'cores' || step.kind === 'memory');
  return {
    ...emptyDraft, findings, drift,
    actions: [{
      kind: 'update', netboxVmId: change.netboxVmId, cluster: world.settings.name, name: config.name, target: identity, node: seen.node, sockets: config.sockets,
      baseline: offline ? { ...baseline, hasProcess: false } : baseline,
      steps: [...steps, { kind: 'stamp', before: null, after: link.vmid }], needsReboot: false,
    }],
  };
}
