import type { List } from '../view-models/lists';
import type { WaitingBranch } from '../ui-parts';
import type { StoryStep } from '../view-models/lab-story';
import { Form } from './layout';
import { ListView, PageHead } from './parts';

export interface OverviewProps { readonly plans: List; readonly jobs: List; readonly requests: List }

export const OverviewPage = (lists: OverviewProps) => <><PageHead title="Overview" /><Lists {...lists} /></>;

const Lists = ({ plans, jobs, requests }: OverviewProps) => (
  <>
    <h2>Deletions that wait</h2><ListView list={requests} label="Deletions that wait" />
    <h2>Latest jobs</h2><ListView list={jobs} label="Latest jobs" />
    <h2>Latest plans</h2><ListView list={plans} label="Latest plans" />
  </>
);

export interface LabPageProps {
  readonly steps: readonly StoryStep[];
  readonly csrfToken: string | null;
  readonly branch: WaitingBranch;
  readonly others: readonly (WaitingBranch & { readonly shows: string })[];
  readonly said: string | null;
  readonly overview: OverviewProps;
}

const progressWords = { done: '✔ done', next: '→ next', later: 'later' } as const;

const MergeForm = ({ branch, csrfToken, primary = false }: { readonly branch: WaitingBranch; readonly csrfToken: string; readonly primary?: boolean }) => (
  <Form action="/lab/merge" csrfToken={csrfToken}><input type="hidden" name="branchId" value={branch.id} /><button type="submit" class={primary ? 'btn btn-primary' : 'btn'}>{primary ? 'Merge as the engineer' : `Merge ${branch.name} as the engineer`}</button></Form>
);

export const LabPage = ({ steps, csrfToken, branch, others, said, overview }: LabPageProps) => (
  <>
    <PageHead title="The story of one branch" />
    <p>An engineer planned three things in a branch of NetBox: one VM is made, one is changed, one goes. Follow it through the lock.</p>
    {said === null ? null : <p class="card box box-warning said" role="status">{said}</p>}
    <ol class="story" id="story" data-live data-poll>
      {steps.map((step) => (
        <li key={step.title} class={`card story-step story-${step.progress}`} {...(step.progress === 'next' ? { 'aria-current': 'step' as const } : {})}>
          <div class="card-body">
            <span class="story-progress">{progressWords[step.progress]}</span>
            <h2>{step.title}</h2>
            <p>{step.text}</p>
            <div class="acts">
              {step.link === null ? null : <a class={step.progress === 'next' && step.act === null ? 'btn btn-primary' : 'btn'} href={step.link.href}>{step.link.label}</a>}
              {step.act === 'merge' && csrfToken !== null ? <MergeForm branch={branch} csrfToken={csrfToken} primary /> : null}
              {step.act === 'plan' && csrfToken !== null ? (
                <Form action="/plans" csrfToken={csrfToken}><input type="hidden" name="netbox" value={branch.netbox} /><input type="hidden" name="branchId" value={branch.id} /><button type="submit" class="btn">Plan it now</button></Form>
              ) : null}
            </div>
          </div>
        </li>
      ))}
    </ol>
    {others.map((other) => (
      <section key={other.id} class="card box" aria-label={`Branch ${other.name}`}>
        <h2>The branch {other.name} waits too</h2>
        <p>{other.shows}</p>
        {csrfToken === null ? null : <MergeForm branch={other} csrfToken={csrfToken} />}
      </section>
    ))}
    <details class="all-of-it"><summary>Everything there is</summary><Lists {...overview} /></details>
  </>
);
