// The lab's front page: the story of one branch as steps, and which of them is next, from the state of things alone.
import { isEnded, type JobRow } from '../../apply';
import type { RequestRecord } from '../../deletion';
import type { PlanView } from '../../intent';
import { countingLine } from './plan-card';
import { timeText } from './words';

export interface StoryStep {
  readonly title: string;
  readonly text: string;
  readonly progress: 'done' | 'next' | 'later';
  readonly link: { readonly href: string; readonly label: string } | null;
  /** The one act of a step that has a button here. */
  readonly act: 'plan' | 'merge' | null;
}

export interface StoryFacts {
  readonly branchName: string;
  readonly plans: readonly PlanView[];
  readonly jobs: readonly JobRow[];
  readonly requests: readonly RequestRecord[];
  readonly username: string;
}

export function labStory(facts: StoryFacts): readonly StoryStep[] {
  const steps = [read(facts), merge(facts), watch(facts), decide(facts), window(facts), end(facts)];
  const next = steps.findIndex((step) => !step.done);
  return steps.map(({ done, act, ...step }, index) => ({ ...step, act: index === next || (act === 'merge' && index === 1 && !done) ? act : null, progress: done ? 'done' : index === next ? 'next' : 'later' }));
}

type Draft = Omit<StoryStep, 'progress'> & { readonly done: boolean };

const newestPlan = ({ plans, branchName }: StoryFacts): PlanView | undefined => plans.find((plan) => plan.source.kind === 'branch' && plan.source.branchName === branchName);
const isMerged = ({ jobs, requests }: StoryFacts): boolean => jobs.length > 0 || requests.length > 0;

function read(facts: StoryFacts): Draft {
  const plan = newestPlan(facts);
  return {
    title: `Read the plan of the branch “${facts.branchName}”`, done: plan !== undefined, act: 'plan', link: plan === undefined ? null : { href: `/plans/${plan.id}`, label: 'Open the plan' },
    text: plan === undefined ? 'In the simulated NetBox a branch waits. Sluice has not planned it yet.' : `${countingLine(plan)}.`,
  };
}

function merge(facts: StoryFacts): Draft {
  const done = isMerged(facts);
  return {
    title: 'Merge the branch as the engineer', done, act: 'merge', link: null,
    text: done ? 'NetBox asked the gate, was permitted, and merged.' : 'NetBox asks Sluice’s gate before it merges. The button does what the engineer would do in NetBox: it calls NetBox’s own merge with the engineer’s token.',
  };
}

function watch({ jobs }: StoryFacts): Draft {
  const job = jobs[0];
  return {
    title: 'Watch the apply log', done: job !== undefined && isEnded(job.state), act: null, link: job === undefined ? null : { href: `/jobs/${job.id}`, label: 'Open the job' },
    text: job === undefined ? 'One VM is made and one is changed, each step re-read before and after.' : `The job is ${job.state}.`,
  };
}

function decide({ requests, username }: StoryFacts): Draft {
  const request = requests[0];
  const state = request?.state.state;
  const open = state === undefined || state === 'requested' || state === 'in-review';
  return {
    title: 'Decide about the deletion as the other person', done: !open, act: null, link: request === undefined ? null : { href: `/requests/${request.id}`, label: 'Open the request' },
    text: request === undefined ? 'A merged deletion destroys nothing: it becomes a request.'
      : !open ? `The request for “${request.content.name}” was decided.`
        : username === 'engineer' ? `“${request.content.name}” shall be destroyed. You are signed in as the engineer, who wrote and merged it: look, then sign out and sign in as the approver.` : `“${request.content.name}” shall be destroyed. Read the card, then approve or reject it.`,
  };
}

const afterWindow: ReadonlySet<string> = new Set(['destroying', 'destroyed', 'cancelled', 'vetoed', 'refused', 'expired', 'gone-outside', 'needs-human']);

function window({ requests }: StoryFacts): Draft {
  const request = requests[0];
  const state = request?.state;
  const done = state !== undefined && afterWindow.has(state.state);
  return {
    title: 'See the guest in quarantine: cancel, or let it go', done, act: null, link: request === undefined ? null : { href: `/requests/${request.id}`, label: 'Open the request' },
    text: state?.state === 'waiting' ? `It is in quarantine until ${timeText(state.waitsUntil)}. Anybody may cancel until then.` : done ? 'The recovery window is over.' : 'After the approval the guest is tagged and waits; anybody may cancel.',
  };
}

function end({ requests, jobs }: StoryFacts): Draft {
  const request = requests[0];
  const state = request?.state.state;
  const done = state !== undefined && afterWindow.has(state) && state !== 'destroying';
  return {
    title: 'Read what happened', done: done && jobs.length > 0, act: null, link: request === undefined ? null : { href: `/guests/${request.content.target.guestId}`, label: `Story of ${request.content.name}` },
    text: done ? `The request ended as ${state}. Every line of it stands in the journal.` : 'Every state change writes its line into the journal.',
  };
}
