// Carries P3, P17, P36: what somebody sees before deciding about a deletion, in the order in which it has to be read: which
// thing, is it still that thing, is it dead, what goes, who wants it, the gates, the votes, the time, what cannot be undone.
import type { RequestView } from '../../deletion';
import type { Card, CardLine, CardSection } from './card';
import type { Names } from './names';
import { refusalLine } from './refusal';
import { count, durationText, plainTimes, sizeText, timeText, toneOf } from './words';

export function requestCard(view: RequestView, names: Names): Card {
  return {
    banner: 'DESTROY', title: view.thing.sentence, state: { word: view.state, tone: toneOf(view.state) }, reference: `request ${view.id.slice(0, 8)}`, digest: view.shortDigest,
    sections: [
      ...became(view, names),
      ...(view.still === null ? [] : [still(view.still)]),
      { key: 'power', heading: 'Is it dead?', ...(view.power.running === false || view.endedAt !== null ? {} : { tone: 'warning' as const }), lines: power(view) },
      { key: 'lost', heading: 'Lost', lines: lost(view.lost) },
      { key: 'remains', heading: 'Remains', lines: [{ text: plainTimes(view.remains.backup) }, { text: view.remains.tombstone ? 'tombstone: the last records of both sides are kept' : 'the last records of both sides are kept as a tombstone before anything is destroyed' }] },
      { key: 'who', heading: 'Who and why', lines: who(view, names) },
      { key: 'gates', heading: 'Gates', ...gates(view) },
      { key: 'votes', heading: 'Votes', lines: votes(view) },
      { key: 'time', heading: 'Time', lines: [{ text: time(view) }] },
      ...(view.endedAt !== null ? [] : [{ key: 'irreversible', heading: 'No way back', tone: 'danger' as const, lines: [{ text: view.cannotBeUndone }] }]),
    ],
  };
}

/** What happened to it, in front of everything else once something did. */
function became(view: RequestView, names: Names): CardSection[] {
  const lines: CardLine[] = [
    ...(view.state === 'destroyed' && view.endedAt !== null ? [{ text: `destroyed on ${timeText(view.endedAt)}` }] : []),
    ...(view.refusal === null ? [] : [refusalLine(view.refusal, view.endedAt !== null && view.state !== 'destroyed' ? 'refused' : 'warning')]),
    ...(view.hold === null ? [] : [refusalLine(view.hold, 'warning')]),
    ...undo(view),
    ...(view.acknowledgedBy === null ? [] : [{ mark: 'ok' as const, text: `looked at by ${names[`person:${view.acknowledgedBy}`] ?? view.acknowledgedBy}` }]),
  ];
  return lines.length === 0 ? [] : [{ key: 'became', heading: view.endedAt === null ? 'Held' : 'What became of it', tone: view.state === 'needs-human' || view.undo === 'needs-human' ? 'danger' : 'warning', lines }];
}

function undo({ undo: state }: RequestView): CardLine[] {
  switch (state) {
    case 'none': return [];
    case 'pending': return [{ mark: 'change', text: 'what quarantine did is being undone' }];
    case 'done': return [{ mark: 'ok', text: 'what quarantine did is undone; the guest and its NetBox record are as before' }];
    case 'needs-human': return [{ mark: 'refused', text: 'what quarantine did could not be undone', more: 'Look at the guest and at its NetBox record; the journal says what was tried.' }];
  }
}

function still(seen: NonNullable<RequestView['still']>): CardSection {
  const line = { text: plainTimes(seen.sentence), checkedAt: seen.checkedAt };
  switch (seen.verdict) {
    case 'same': return { key: 'still', heading: 'Still that one?', lines: [{ mark: 'ok', ...line }] };
    case 'changed': return { key: 'still', heading: 'Still that one?', tone: 'danger', lines: [{ mark: 'refused', ...line, more: 'It is another guest now: nothing can be approved.' }] };
    case 'gone': return { key: 'still', heading: 'Still that one?', tone: 'danger', lines: [{ mark: 'refused', ...line }] };
    case 'unknown': return { key: 'still', heading: 'Still that one?', tone: 'danger', lines: [{ mark: 'unknown', ...line }] };
  }
}

function power({ power: now, lost: asked, endedAt }: RequestView): CardLine[] {
  const before = asked?.running ?? null;
  const uptime = asked?.uptimeSeconds ?? null;
  return [
    { ...(endedAt !== null ? {} : now.running === null ? { mark: 'unknown' as const } : now.running ? { mark: 'warning' as const } : { mark: 'ok' as const }), text: plainTimes(now.sentence).replace(/running for (\d+) s/, (_whole, seconds: string) => `running for ${durationText(Number(seconds))}`) },
    { text: before === null ? 'when it was looked at for the request: not known' : before ? `when it was looked at for the request: running${uptime === null ? '' : `, up ${durationText(uptime)}`}` : 'when it was looked at for the request: off' },
  ];
}

function lost(facts: RequestView['lost']): CardLine[] {
  if (facts === null) return [{ mark: 'unknown', text: 'what goes with it was not looked at yet' }];
  const known = facts.disks.flatMap((disk) => (disk.sizeMib === null ? [] : [disk.sizeMib]));
  const total = known.reduce((sum, mib) => sum + mib, 0);
  return [
    { text: `${count(facts.disks.length, 'disk')}, ${sizeText(total)}${known.length < facts.disks.length ? ` and ${facts.disks.length - known.length} of unknown size` : ''}`, more: facts.disks.map((disk) => `${disk.slot}: ${disk.volume}${disk.sizeMib === null ? '' : `, ${sizeText(disk.sizeMib)}`}`).join('; ') },
    facts.snapshots === null ? { mark: 'unknown', text: 'whether it has snapshots could not be read' } : { text: facts.snapshots.length === 0 ? 'no snapshots' : `${count(facts.snapshots.length, 'snapshot')}: ${facts.snapshots.join(', ')}` },
    { text: `${count(facts.cores, 'core')}, ${sizeText(facts.memoryMib)} memory; ${facts.interfaces.length === 0 ? 'no network interface' : facts.interfaces.map((nic) => `${nic.slot} ${nic.mac ?? 'without MAC'} on ${nic.bridge ?? 'no bridge'}`).join(', ')}` },
    { text: `pool ${facts.pool ?? 'none'}; tags ${facts.tags.length === 0 ? 'none' : facts.tags.join(', ')}; its own firewall rules and permissions go along` },
  ];
}

function who({ who: asked, you }: RequestView, names: Names): CardLine[] {
  const name = (key: string): string => names[key] ?? key;
  return [
    { text: `asked by ${name(asked.requestedBy)} on ${timeText(asked.requestedAt)}: “${asked.reason}”` },
    { text: `wanted by: ${[...new Set(asked.originators.map(name))].join(', ')} (asked, wrote or merged it; none of them can approve)` },
    { ...(you.mayApprove ? { mark: 'ok' as const } : {}), text: `you: ${plainTimes(you.why)}` },
  ];
}

function gates({ gates: all, gateCounts: counts }: RequestView): Pick<CardSection, 'lines' | 'folded' | 'tone'> {
  if (all.length === 0) return { tone: 'warning', lines: [{ mark: 'unknown', text: 'the gates were not looked at yet' }] };
  const line = (gate: RequestView['gates'][number]): CardLine => ({ mark: gate.verdict, text: `${gate.name}: ${plainTimes(gate.observed)}`, ...(gate.next === '' ? {} : { more: gate.next }) });
  const shut = [...all.filter((gate) => gate.verdict === 'refused'), ...all.filter((gate) => gate.verdict === 'unknown')];
  const passed = all.filter((gate) => gate.verdict === 'ok');
  return {
    ...(shut.length === 0 ? {} : { tone: 'danger' as const }),
    lines: [{ mark: shut.length === 0 ? 'ok' : 'refused', text: `${counts.ok} ok, ${counts.refused} refused, ${counts.unknown} unknown` }, ...shut.map(line)],
    ...(passed.length === 0 ? {} : { folded: { summary: `${count(passed.length, 'gate')} ok`, lines: passed.map(line) } }),
  };
}

function votes({ votes: all }: RequestView): CardLine[] {
  return [
    { text: all.sentence },
    ...all.reviews.map((review): CardLine => ({
      mark: review.decision === 'veto' ? 'refused' : review.stands ? 'ok' : 'warning',
      text: `${review.username} ${review.decision === 'veto' ? 'rejected' : 'approved'} it on ${timeText(review.at)}: “${review.reason}”${review.decision === 'approve' && !review.stands ? ' (does not count any more: the right is gone)' : ''}`,
    })),
  ];
}

function time({ state, time: at }: RequestView): string {
  const window = durationText(at.windowSeconds);
  const off = at.powerOff === 'refuse' ? '' : at.powerOff === 'shutdown' ? ' A running guest is shut down at the start of that time.' : ' A running guest is shut down, or stopped if it does not obey, at the start of that time.';
  return state === 'in-review' || state === 'requested'
    ? `approve until ${timeText(at.approveBy)}; if approved, it waits ${window} in quarantine, anybody may cancel until then, and it is destroyed after that.${off}`
    : plainTimes(at.sentence);
}
