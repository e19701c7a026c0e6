// Carries P3: the plan as people read it. The counting line stands first, somebody else's changes stand apart from ours, and
// what destroys stands before what changes before what creates; only what changes is shown.
import type { Finding, PlanView } from '../../intent';
import { exhaustive } from '../../kernel';
import type { Card, CardLine, CardSection, ChangedValue } from './card';
import type { Names } from './names';
import { count, guestKind, sizeText, timeText, toneOf } from './words';

type PlannedAction = PlanView['actions'][number];
type PlannedStep = PlannedAction['steps'][number];

/** `1 to destroy by request, 1 to change, 1 to create`, or why there is nothing. */
export function countingLine(plan: PlanView): string {
  const changes = plan.actions.filter((action) => action.kind === 'update').length;
  const adopts = plan.actions.filter((action) => action.kind === 'adopt').length;
  const creates = plan.actions.filter((action) => action.kind === 'create').length;
  const refusals = plan.findings.filter((finding) => finding.severity === 'refusal').length;
  const parts = [
    ...(plan.deletions.length > 0 ? [`${plan.deletions.length} to destroy, each by a request of its own`] : []),
    ...(changes > 0 ? [`${changes} to change`] : []), ...(adopts > 0 ? [`${adopts} to take in`] : []), ...(creates > 0 ? [`${creates} to create`] : []), ...(refusals > 0 ? [`${refusals} refused`] : []),
  ];
  return parts.length === 0 ? plan.source.kind === 'revert' ? 'No changes: Proxmox already is as it was before the branch.' : 'No changes: Proxmox already is what the branch wants.' : parts.join(', ');
}

export function planCard(plan: PlanView, names: Names): Card {
  return {
    banner: 'PLAN', title: planTitle(plan), state: { word: plan.status, tone: toneOf(plan.status) }, reference: `plan ${plan.id.slice(0, 8)}`, digest: plan.digest.slice(0, 8),
    sections: [
      { key: 'count', heading: 'In short', lines: [{ text: countingLine(plan) }, permitted(plan)] },
      ...(plan.drift.length === 0 ? [] : [drift(plan)]),
      ...findings(plan.findings),
      ...(plan.deletions.length === 0 ? [] : [{ key: 'destroy', heading: 'Destroy', tone: 'danger' as const, lines: plan.deletions.map((one) => deletion(one, plan.source)) }]),
      ...actions(plan, 'update', 'change', 'Change'),
      ...actions(plan, 'adopt', 'adopt', 'Take in'),
      ...actions(plan, 'create', 'create', 'Create'),
      { key: 'where', heading: 'Where from', lines: source(plan, names) },
    ],
  };
}

export const planTitle = ({ source: from }: Pick<PlanView, 'source'>): string => `${from.kind === 'revert' ? 'Revert of branch' : 'Branch'} “${from.branchName}” of NetBox ${from.netbox}`;

function permitted(plan: PlanView): CardLine {
  if (plan.source.kind === 'revert') {
    return plan.permitted
      ? { mark: 'ok', text: 'the gate permits the revert of exactly this content' }
      : { mark: 'refused', text: 'the gate refuses the revert', more: 'Put right what is named below, then ask to revert again: a new plan is made.' };
  }
  return plan.permitted
    ? { mark: 'ok', text: 'the gate permits the merge of exactly this content' }
    : { mark: 'refused', text: 'the gate refuses the merge', more: 'Correct what is named below in the branch; a new plan is made by itself.' };
}

const drift = (plan: PlanView): CardSection => ({
  key: 'drift', heading: 'Changed by somebody else', tone: 'warning',
  lines: plan.drift.map((row) => ({ mark: 'drift', text: `${row.object}: ${row.property}`, values: [{ label: row.property, before: `NetBox says ${row.netbox}`, after: `Proxmox has ${row.proxmox}` }] })),
});

const severities = ['refusal', 'warning', 'info'] as const;

/** Refused first. Notes are in order and may be folded. */
function findings(all: readonly Finding[]): CardSection[] {
  const line = (finding: Finding): CardLine => ({ ...(finding.severity === 'refusal' ? { mark: 'refused' as const } : finding.severity === 'warning' ? { mark: 'warning' as const } : {}), text: `${finding.object}: ${finding.observed}`, more: `${finding.next} (${finding.rule})` });
  const [refusals = [], warnings = [], infos = []] = severities.map((severity) => all.filter((finding) => finding.severity === severity).map(line));
  if (all.length === 0) return [];
  return [{
    key: 'findings', heading: 'Findings', ...(refusals.length > 0 ? { tone: 'danger' as const } : warnings.length > 0 ? { tone: 'warning' as const } : {}), lines: [...refusals, ...warnings],
    ...(infos.length === 0 ? {} : { folded: { summary: count(infos.length, 'note'), lines: infos } }),
  }];
}

const place = (guest: PlannedAction['guest']): string => `${guestKind(guest.kind)} “${guest.name}” (${guest.vmid}) on ${guest.node}, cluster ${guest.cluster}`;

const deletion = ({ guest }: PlanView['deletions'][number], source: PlanView['source']): CardLine => ({ mark: 'destroy', text: place(guest), more: `Nothing is destroyed by this plan: after the ${source.kind === 'revert' ? 'revert' : 'merge'} it becomes a request that another person has to approve.` });

function actions(plan: PlanView, kind: PlannedAction['kind'], mark: 'change' | 'adopt' | 'create', heading: string): CardSection[] {
  const found = plan.actions.filter((action) => action.kind === kind);
  if (found.length === 0) return [];
  return [{ key: mark, heading, lines: found.map((action) => ({ mark, text: place(action.guest), ...(kind !== 'update' ? {} : { more: action.needsReboot ? 'a reboot is needed before all of it holds' : 'no reboot needed' }), values: [...action.steps.slice(0, 1).map(changed), ...made(action), ...action.steps.slice(1).map(changed)] })) }];
}

const labels: Readonly<Record<PlannedStep['kind'], string>> = {
  create: 'guest', clone: 'guest', 'cloud-init': 'cloud-init', 'hand-over': 'pool', adopt: 'marker', tags: 'tags', shutdown: 'power', start: 'power', name: 'name', cores: 'cores', memory: 'memory', description: 'description', 'on-boot': 'start with the node',
  nic: 'interface', 'disk-add': 'new disk', 'disk-grow': 'disk', 'disk-detach': 'disk taken out', migrate: 'node', stamp: 'NetBox record',
};

const moved = { online: 'moved while it runs', offline: 'moved while it is off', restart: 'stopped here and started there' } as const;

function changed(step: PlannedStep): ChangedValue {
  const label = 'slot' in step ? `${labels[step.kind]} ${step.slot}` : labels[step.kind];
  const of = (before: string, after: string): ChangedValue => ({ label, before, after });
  switch (step.kind) {
    case 'adopt': return of('not known to Sluice', `marker ${step.after} in the description`);
    case 'migrate': return of(step.before, `${step.after}, ${moved[step.mode]}`);
    case 'stamp': return of('as it is', `stamped with VMID ${step.after}`);
    case 'tags': return of(step.before.length === 0 ? 'as they are' : `without ${step.before.join(', ')}`, step.after.length === 0 ? 'none added' : `with ${step.after.join(', ')}`);
    case 'memory': case 'disk-grow': return of(sizeText(step.before), sizeText(step.after));
    case 'cores': return of(count(step.before, 'core'), count(step.after, 'core'));
    case 'on-boot': return of(step.before ? 'yes' : 'no', step.after ? 'yes' : 'no');
    case 'cloud-init': return of('as it is', `${Object.entries(step.after).map(([key, value]) => `${key} ${value ?? 'taken away'}`).join(', ')}; shown inside the guest at its next boot`);
    case 'disk-detach': return of(step.before, 'its volume stays, unused');
    case 'create': case 'clone': case 'hand-over': case 'shutdown': case 'start': case 'name': case 'description': case 'nic': case 'disk-add': return of(step.before === null || step.before === '' ? 'nothing' : step.before, step.after === null || step.after === '' ? 'nothing' : step.after);
    default: return exhaustive(step);
  }
}

/** Everything about a new guest is decided in the plan (P2), so everything is shown. */
function made(action: PlannedAction): ChangedValue[] {
  if (!('spec' in action)) return [];
  const { cores, memoryMib, disks, nics, human } = action.spec;
  const of = (label: string, after: string): ChangedValue => ({ label, before: 'nothing', after });
  return [
    of('cores', count(cores, 'core')), of('memory', sizeText(memoryMib)),
    ...disks.map((disk) => of(disk.slot, `${sizeText(disk.sizeMib)} on ${disk.storage}`)),
    ...nics.map((nic) => of(nic.slot, `${nic.mac} on ${nic.bridge}${nic.tag === null ? '' : `, VLAN ${nic.tag}`}${nic.mtu === null ? '' : `, MTU ${nic.mtu}`}${nic.isUp ? '' : ', link down'}`)),
    ...(action.spec.onBoot ? [of('start with the node', 'yes')] : []),
    ...(human === '' ? [] : [of('description', human)]),
  ];
}

function source({ source: from, madeAt, expiresAt, policyVersion }: PlanView, names: Names): CardLine[] {
  const name = (key: string): string => names[key] ?? key;
  return [
    { text: `branch ${from.branchId}, ${count(from.changeIds.length, 'change')}; owner ${from.owner === null ? 'not known' : name(from.owner)}; written by ${from.authors.length === 0 ? 'nobody known' : from.authors.map(name).join(', ')}` },
    { text: `made ${timeText(madeAt)} under policy version ${policyVersion}; valid until ${timeText(expiresAt)}` },
  ];
}
