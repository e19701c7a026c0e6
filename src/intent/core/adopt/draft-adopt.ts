// Carries P13: a guest that Sluice did not make is taken in by a step of its own, shown with what it is.
import { sha256Hex } from '../../../kernel';
import { conflictsOf } from '../conflicts';
import { changedFields } from '../draft-update';
import { emptyDraft, onlyFindings, type Draft, type PlanInput } from '../draft-parts';
import { customField, isSet } from '../fields';
import type { GuestChange } from '../grouping';
import type { Finding } from '../plan';
import { netboxClusterId, vmLabel } from '../which-cluster';
import type { ClusterWorld } from '../world';
import { isNo, strangerOf, type No, type Stranger } from './stranger';
import { adoptionWish } from './wish';

export function draftAdopt(change: GuestChange, vmid: number, world: ClusterWorld, input: PlanInput): Draft {
  const object = vmLabel(change, input);
  const found = strangerOf(change, vmid, world, input);
  const nos = [...mainMoved(change, vmid, input), ...otherChanges(change, input), ...wantedTwice(change, vmid, input), ...(isNo(found) ? [found] : [])];
  const refusals = [...conflictsOf(change, object), ...nos.map(([rule, observed, next]): Finding => ({ rule, severity: 'refusal', object, observed, next }))];
  if (refusals.length > 0 || isNo(found)) return onlyFindings(...refusals);
  const { target, seen: { config, node } } = found;
  return {
    ...emptyDraft, findings: shown(object, change, found),
    actions: [{
      kind: 'adopt', netboxVmId: change.netboxVmId, cluster: world.settings.name, name: config.name, target, node, sockets: config.sockets, needsReboot: false,
      // Its own words are bound by their digest: a stranger's text is not kept (P40).
      baseline: { name: config.name, humanDigest: sha256Hex(config.description.human) },
      steps: [{ kind: 'adopt', before: null, after: target.guestId }, { kind: 'stamp', before: null, after: target.vmid }],
    }],
  };
}

/** What whoever approves the merge has to see of it. */
function shown(object: string, change: GuestChange, { row, seen: { config, node, pool } }: Stranger): readonly Finding[] {
  const who = `${row.kind} ${row.vmid}`;
  return [
    ...(change.vm?.modified?.['name'] === config.name ? [] : [{ rule: 'adopt.name', severity: 'warning', object, observed: `Proxmox calls ${who} ${config.name}`, next: 'Look whether this is the guest that is meant. It keeps its name.' } as const]),
    {
      rule: 'adopt.guest', severity: 'info', object, observed: `it takes in ${who}, ${config.name}, on ${node}, ${pool === null ? 'in no pool' : `in pool ${pool}`}, ${config.tags.length === 0 ? 'without tags' : `tagged ${config.tags.join(', ')}`}`,
      next: 'Only the marker is written, into its description. From then on branches may change it, and its deletion may be asked for.',
    },
  ];
}

const later = 'Take the guest in first; change it in a second branch.';

/** Whatever else the branch wants of that VM: until it is taken in, nothing says what runs. */
function otherChanges(change: GuestChange, input: PlanInput): readonly No[] {
  const { vmid, kind } = input.fields;
  const fields = changedFields(change, input).filter(({ name, after }) => name !== `custom_fields.${vmid}` && !(name === `custom_fields.${kind}` && isSet(after)));
  const rows = [['disk', change.disks], ['interface', change.interfaces], ['MAC address', change.macs], ['IP address', change.ips]] as const;
  return [
    ...fields.map(({ name, before, after }): No => ['adopt.alone', `the branch also changes ${name}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`, later]),
    ...rows.flatMap(([what, diffs]) => diffs.map((diff): No => ['adopt.alone', `the branch would also ${diff.action} ${what} ${diff.repr}`, later])),
  ];
}

function mainMoved({ vm }: GuestChange, vmid: number, { fields }: PlanInput): readonly No[] {
  const current = customField(vm?.current ?? {}, fields.vmid);
  return isSet(current) && current !== vmid ? [['branch.conflict', `${fields.vmid}: main now says ${JSON.stringify(current)}, the branch ${vmid}`, 'Sync the branch with main and decide the value again.']] : [];
}

function wantedTwice(change: GuestChange, vmid: number, input: PlanInput): readonly No[] {
  const others = input.guests.filter((other) => other !== change && adoptionWish(other, input) === vmid && netboxClusterId(other, input) === netboxClusterId(change, input));
  return others.map((other): No => ['adopt.linked', `${vmLabel(other, input)} of this branch would take in VMID ${vmid} as well`, 'A guest belongs to one VM of NetBox: clear the field of the other one.']);
}
