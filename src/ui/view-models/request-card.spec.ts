import { at, requestView, sampleNames } from '../../../test/setup/sample-views';
import { differenceOf, shownLines } from './card';
import { cardText } from './card-text';
import { requestCard } from './request-card';
import { requestControls } from './request-controls';

const text = (change: Parameters<typeof requestView>[0] = {}): string => cardText(requestCard(requestView(change), sampleNames));
const sectionOf = (key: string, change: Parameters<typeof requestView>[0] = {}) => requestCard(requestView(change), sampleNames).sections.find((section) => section.key === key);

describe('the card of a deletion request', () => {
  it('P3 says in this order: the thing, whether it is still that one, whether it is dead, what goes, what stays, who and why, gates, votes, time, no way back', () => {
    const card = requestCard(requestView(), sampleNames);
    expect(card.title).toBe('Destroy VM "billing-db-old" (5005) on pve1, cluster leipzig.');
    expect(card.sections.map((section) => section.key)).toEqual(['still', 'power', 'lost', 'remains', 'who', 'gates', 'votes', 'time', 'irreversible']);
    expect(card.digest).toBe('7be1a09c');
  });

  it('reads in a terminal as on the page', () => expect(text()).toMatchInlineSnapshot(`
"DESTROY  request 2f9c8111
Destroy VM "billing-db-old" (5005) on pve1, cluster leipzig.
State             in-review
Still that one?   ✔ ok: the same guest as when asked (uuid 2000…5005), on pve1 · checked at 2026-11-25 10:00:00 UTC
Is it dead?       ✔ ok: off (stopped)
                  when it was looked at for the request: off
Lost              2 disks, 65.5 GiB
                    scsi0: vmdata:vm-5005-disk-0, 64 GiB; scsi1: vmdata:vm-5005-disk-1, 1.5 GiB
                  1 snapshot: before-upgrade
                  2 cores, 8 GiB memory; net0 BC:24:11:00:50:05 on vmbr0
                  pool customer-a; tags db; its own firewall rules and permissions go along
Remains           last backup 2026-07-11 02:00:00 UTC on pbs, verified
                  tombstone: the last records of both sides are kept
Who and why       asked by Erika Engineer on 2026-11-25 09:00:00 UTC: “replaced by billing-db2, CHG-4411”
                  wanted by: Erika Engineer (asked, wrote or merged it; none of them can approve)
                  ✔ ok: you: You neither asked for, wrote nor merged this: you may review it.
Gates             ✖ refused: 1 ok, 1 refused, 1 unknown
                  ✖ refused: lock: lock: backup
                    Wait until the backup has ended.
                  ? unknown, counts as refused: ha: pve1: 595
                    Repair what keeps this from being read, then ask again.
                  1 gate ok
                  ✔ ok: protection: protection is off
Votes             1 of 2; one veto ends the request
                  ✔ ok: maria approved it on 2026-11-25 09:30:00 UTC: “checked with billing”
Time              approve until 2026-11-25 23:00:00 UTC; if approved, it waits 24 h in quarantine, anybody may cancel until then, and it is destroyed after that.
No way back       After the recovery window the guest and its disks are destroyed; they cannot be brought back except from a backup.
Digest            7be1a09c"
`));

  it('P30 shows refused gates first, then unknown ones, which count as refused, and folds only what is in order', () => {
    const gates = sectionOf('gates');
    expect(gates?.lines.map((line) => line.mark)).toEqual(['refused', 'refused', 'unknown']);
    expect(gates?.folded?.lines.map((line) => line.mark)).toEqual(['ok']);
    expect(sectionOf('gates', { gates: [], gateCounts: { ok: 0, refused: 0, unknown: 0 } })?.lines).toEqual([{ mark: 'unknown', text: 'the gates were not looked at yet' }]);
  });

  it('says in words how long a running guest has been up, and what approval does to it', () => {
    expect(sectionOf('power', { power: { running: true, sentence: 'running for 300 s (running); approval shuts it down at the start of the window' } })?.lines[0]).toMatchObject({ mark: 'warning', text: 'running for 5 min (running); approval shuts it down at the start of the window' });
    expect(sectionOf('power', { power: { running: null, sentence: 'not known: the guest could not be read' } })?.lines[0]).toMatchObject({ mark: 'unknown' });
  });

  it('puts what became of it in front, and drops the warning of what cannot be undone once it has ended', () => {
    const card = requestCard(requestView({ state: 'cancelled', endedAt: at('11:00:00'), still: null, undo: 'done', refusal: { code: 'deletion.cancelled', summary: 'Cancelled by Boris.', observed: 'no reason given', next: 'Ask again.' } }), {});
    expect(card.sections.map((section) => section.key)).toEqual(['became', 'power', 'lost', 'remains', 'who', 'gates', 'votes', 'time']);
    expect(card.sections[0]?.lines.map((line) => line.text)).toEqual(['Cancelled by Boris. Observed: no reason given', 'what quarantine did is undone; the guest and its NetBox record are as before']);
  });

  it('P36 tells what changed between two looks, and passes over the time of looking', () => {
    const before = requestView();
    const now = requestView({ viewedAt: at('10:05:00'), still: { ...before.still!, checkedAt: at('10:05:00') }, votes: { ...before.votes, standing: 0, sentence: '0 of 2; one veto ends the request', reviews: [] } });
    const difference = differenceOf(shownLines(requestCard(before, sampleNames)), shownLines(requestCard(now, sampleNames)));
    expect(difference).toEqual({ was: ['Votes: 1 of 2; one veto ends the request', 'Votes: ok: maria approved it on 2026-11-25 09:30:00 UTC: “checked with billing”'], is: ['Votes: 0 of 2; one veto ends the request'] });
  });
});

describe('the controls of a deletion request', () => {
  it('P17 gives an originator no way to approve, and the reason instead', () => {
    const why = 'Whoever asked for, wrote or merged a deletion does not approve it.';
    expect(requestControls(requestView({ you: { mayApprove: false, mayVeto: true, mayCancel: true, why } }))).toEqual({ review: { approve: null }, noApprove: why, cancel: true, acknowledge: false });
  });

  it('P13 gives nobody a decision while the guest is not seen to be that one; cancelling stays', () => {
    for (const verdict of ['changed', 'gone', 'unknown'] as const) {
      const view = requestView({ still: { verdict, sentence: 'x', checkedAt: at('10:00:00') }, you: { mayApprove: true, mayVeto: true, mayCancel: true, why: 'not that one' } });
      expect(requestControls(view)).toEqual({ review: null, noApprove: 'not that one', cancel: true, acknowledge: false });
    }
  });

  it('offers nothing but cancelling after the review, and nothing at all at the end', () => {
    expect(requestControls(requestView({ state: 'waiting' }))).toMatchObject({ review: null, cancel: true });
    expect(requestControls(requestView({ state: 'destroyed', endedAt: at('12:00:00'), you: { mayApprove: false, mayVeto: false, mayCancel: false, why: '' } }))).toEqual({ review: null, noApprove: null, cancel: false, acknowledge: false });
  });

  it('P23 asks somebody to say that they looked, until somebody did', () => {
    const stopped = { state: 'needs-human', endedAt: at('12:00:00') } as const;
    expect(requestControls(requestView(stopped)).acknowledge).toBe(true);
    expect(requestControls(requestView({ ...stopped, acknowledgedBy: 'p-1' })).acknowledge).toBe(false);
  });

  it('P36 names the machine on the button that would approve', () => {
    expect(requestControls(requestView()).review?.approve).toEqual({ name: 'billing-db-old', label: 'Approve destruction of billing-db-old' });
  });
});
