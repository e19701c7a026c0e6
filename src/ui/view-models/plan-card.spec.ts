import { jobOfPlan, logLines, planOfBranch } from '../../../test/setup/sample-views';
import { cardText } from './card-text';
import { jobPageView, logText } from './job-view';
import { labStory } from './lab-story';
import { jobList, planList, requestList } from './lists';
import { countingLine, planCard } from './plan-card';
import { durationText, plainTimes, sizeText, toneOf } from './words';

describe('the card of a plan', () => {
  it('begins with the counting line and shows destroy before change before create', () => {
    expect(planCard(planOfBranch(), { engineer: 'Erika Engineer' }).sections.map((section) => section.key)).toEqual(['count', 'destroy', 'change', 'create', 'where']);
    expect(countingLine(planOfBranch())).toBe('1 to destroy, each by a request of its own, 1 to change, 1 to create');
  });

  it('shows what is taken in apart from what is changed', () => {
    const { actions } = planOfBranch();
    const adopt = actions.flatMap((action) => (action.kind === 'update' ? [{ ...action, kind: 'adopt' as const, needsReboot: false as const, steps: [{ kind: 'adopt' as const, before: null, after: 'an-id' }] }] : []));
    const plan = planOfBranch({ actions: [...actions, ...adopt] });
    expect(countingLine(plan)).toBe('1 to destroy, each by a request of its own, 1 to change, 1 to take in, 1 to create');
    expect(planCard(plan, {}).sections.find((section) => section.key === 'adopt')).toEqual({ key: 'adopt', heading: 'Take in', lines: [{ mark: 'adopt', text: 'VM “app-01” (5003) on pve2, cluster leipzig', values: [{ label: 'marker', before: 'not known to Sluice', after: 'marker an-id in the description' }] }] });
  });

  it('shows somebody else\'s changes in a box of their own, above ours, and refusals before warnings before notes', () => {
    const finding = (severity: 'refusal' | 'warning' | 'info') => ({ rule: `rule.${severity}`, severity, object: 'VM web-03', observed: severity, next: 'Correct it.' });
    const card = planCard(planOfBranch({ status: 'refused', permitted: false, findings: [finding('info'), finding('warning'), finding('refusal')], drift: [{ object: 'VM app-01', property: 'cores', netbox: '2', proxmox: '3' }] }), {});
    expect(card.sections.map((section) => section.key)).toEqual(['count', 'drift', 'findings', 'destroy', 'change', 'create', 'where']);
    expect(card.sections[2]).toMatchObject({ tone: 'danger', lines: [{ mark: 'refused' }, { mark: 'warning' }], folded: { summary: '1 note' } });
  });

  it('says why there is nothing to do', () => {
    expect(countingLine(planOfBranch({ actions: [], deletions: [] }))).toBe('No changes: Proxmox already is what the branch wants.');
  });

  it('spells units out, before and after, and whether a reboot is needed', () => expect(cardText(planCard(planOfBranch(), { engineer: 'Erika Engineer' }))).toMatchInlineSnapshot(`
"PLAN  plan 33333333
Branch “web-tier” of NetBox netbox
State             ready
In short          1 to destroy, each by a request of its own, 1 to change, 1 to create
                  ✔ ok: the gate permits the merge of exactly this content
Destroy           − destroy: VM “old-01” (5004) on pve3, cluster leipzig
                    Nothing is destroyed by this plan: after the merge it becomes a request that another person has to approve.
Change            ~ change: VM “app-01” (5003) on pve2, cluster leipzig
                    a reboot is needed before all of it holds
                    cores: 2 cores -> 4 cores
                    memory: 4 GiB -> 8 GiB
                    description: nothing -> grown
Create            + create: VM “web-03” (5500) on pve3, cluster leipzig
                    guest: nothing -> qemu 5500 on pve3
                    cores: nothing -> 2 cores
                    memory: nothing -> 2 GiB
                    scsi0: nothing -> 8 GiB on vmdata
                    net0: nothing -> BC:24:11:00:55:00 on vmbr0, VLAN 20
                    description: nothing -> third web front
                    tags: as they are -> with web
Where from        branch 1, 3 changes; owner Erika Engineer; written by Erika Engineer
                  made 2026-11-25 08:00:00 UTC under policy version 1; valid until 2026-11-25 20:00:00 UTC
Digest            abcdef12"
`));
});

describe('a job', () => {
  it('follows the stream until it has ended and all of its log is there', () => {
    const done = jobOfPlan({ state: 'done' });
    expect(jobPageView(done, logLines, true).complete).toBe(true);
    expect(jobPageView(done, Array.from({ length: 5000 }, (_none, index) => ({ ...logLines[0]!, seq: index + 1 })), true)).toMatchObject({ complete: false, lastSeq: 5000 });
    expect(jobPageView(jobOfPlan({ state: 'stuck' }), logLines, true).complete).toBe(false);
  });

  it('shows its steps and every line of its log, and offers to resume only what can be resumed by whom it may be', () => {
    expect(jobPageView(jobOfPlan(), logLines, true)).toMatchObject({ lastSeq: 2, complete: false, canResume: false, steps: [{ state: { word: 'done' } }, { state: { word: 'running' } }] });
    const held = jobOfPlan({ state: 'held', refusal: { code: 'freeze.on', summary: 'Frozen.', observed: 'a freeze', next: 'Wait.' } });
    expect(jobPageView(held, [], true)).toMatchObject({ canResume: true, refusal: { text: 'Frozen. Observed: a freeze' } });
    expect(jobPageView(held, [], false).canResume).toBe(false);
    expect(logText(jobPageView(jobOfPlan(), logLines, true).log)).toBe('   1 · 10:00:01 · the job begins\n   2 · 10:00:02 · step 0 · warning: slow <script>alert(1)</script>');
  });
});

describe('the story of the lab', () => {
  const facts = { branchName: 'web-tier', plans: [planOfBranch()], jobs: [], requests: [], username: 'engineer' };
  it('offers the merge once there is a plan, and the plan before that', () => {
    expect(labStory({ ...facts, plans: [] }).map(({ progress, act }) => [progress, act])).toEqual([['next', 'plan'], ['later', 'merge'], ['later', null], ['later', null], ['later', null], ['later', null]]);
    expect(labStory(facts).map(({ progress, act }) => [progress, act])).toEqual([['done', null], ['next', 'merge'], ['later', null], ['later', null], ['later', null], ['later', null]]);
  });

  it('leads on to the log when the branch is merged', () => {
    expect(labStory({ ...facts, jobs: [jobOfPlan()] })[2]).toMatchObject({ progress: 'next', link: { href: `/jobs/${jobOfPlan().id}` } });
  });
});

describe('lists', () => {
  it('have links and nothing to press', () => {
    expect(planList([planOfBranch()]).rows).toEqual([{ href: '/plans/33333333-0000-4000-8000-000000000003', title: 'Branch “web-tier” of NetBox netbox', cells: ['1 to destroy, each by a request of its own, 1 to change, 1 to create', '2026-11-25 08:00:00 UTC', 'abcdef12'], state: { word: 'ready', tone: 'good' } }]);
    expect(jobList([{ ...jobOfPlan(), branch: null }]).rows[0]?.href).toBe('/jobs/44444444-0000-4000-8000-000000000004');
    expect(requestList([]).rows).toEqual([]);
  });
});

describe('words', () => {
  it.each([[86_400, '24 h'], [5400, '1 h 30 min'], [60, '1 min'], [0, '0 s'], [280_000, '3 d 5 h'], [3661, '1 h 1 min']])('%i s are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));
  it.each([[512, '512 MiB'], [1024, '1 GiB'], [1536, '1.5 GiB'], [1100, '1100 MiB'], [2 ** 21, '2 TiB']])('%i MiB are %s', (mib, text) => expect(sizeText(mib)).toBe(text));
  it('writes instants inside sentences as people read them', () => expect(plainTimes('until 2026-11-25T10:00:00.123456Z, then')).toBe('until 2026-11-25 10:00:00 UTC, then'));
  it('takes a state that nobody listed for quiet, never for good', () => expect(toneOf('something-new')).toBe('quiet'));
});
