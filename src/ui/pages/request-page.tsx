// Carries P36: the decision's own page. The first choice is Reject, the name is typed and not copied, Enter does nothing, and
// the label of the button follows the choice by style alone, so that it is true without any script.
import type { RequestView } from '../../deletion';
import type { Refusal } from '../../kernel';
import { differenceOf, shownLines, type Card } from '../view-models/card';
import type { Names } from '../view-models/names';
import { requestCard } from '../view-models/request-card';
import { requestControls, type RequestControls } from '../view-models/request-controls';
import { Form } from './layout';
import { CardView, DifferenceBox, RefusalBox } from './parts';

export interface RequestPageProps {
  readonly view: RequestView;
  readonly names: Names;
  readonly csrfToken: string | null;
  /** Why the last act on this page was refused, and what its sender had before their eyes. */
  readonly refused?: { readonly refusal: Refusal; readonly stale: boolean; readonly seen: readonly string[] | null };
}

export function RequestPage({ view, names, csrfToken, refused }: RequestPageProps) {
  const card = requestCard(view, names);
  const controls = requestControls(view);
  return (
    <>
      {refused === undefined ? null : <RefusalBox refusal={refused.refusal} {...(refused.stale ? { heading: refused.refusal.code === 'review.stale-view' ? 'Opened too long ago' : 'Changed while you looked' } : {})} />}
      {refused?.stale === true && refused.seen !== null ? <DifferenceBox difference={differenceOf(refused.seen, shownLines(card))} /> : null}
      <div id="request" data-version={`${view.version} ${view.state}`} {...(view.endedAt === null ? { 'data-watch': '' } : {})}>
        <p id="stale-notice" class="card box box-warning stale-notice" role="status" hidden>This page is not current any more. <a href={`/requests/${view.id}`}>Load it again</a> before you decide.</p>
        <CardView card={card} danger={view.endedAt === null}>
          {csrfToken === null ? null : <Review view={view} controls={controls} card={card} csrfToken={csrfToken} />}
          {controls.noApprove === null ? null : <p class="no-approve">There is no way to approve here: {controls.noApprove}</p>}
        </CardView>
        {controls.cancel && csrfToken !== null ? (
          <Form action={`/requests/${view.id}/cancel`} csrfToken={csrfToken} class="cancel"><button type="submit" class="btn btn-lg">Cancel the request</button> <span class="quiet">One click, no approval: the guest stays, and what was done to it is undone.</span></Form>
        ) : null}
        {controls.acknowledge && csrfToken !== null ? (
          <Form action={`/requests/${view.id}/acknowledge`} csrfToken={csrfToken} class="card box box-warning cancel">
            <div class="card-body">
              <h2>Somebody has to look</h2>
              <p>No other deletion runs on cluster {view.thing.cluster} until somebody says that they looked at this one.</p>
              <div class="mb-3"><label class="form-label" for="looked">What you found</label><input class="form-control" id="looked" name="reason" required maxLength={2000} /></div>
              <button type="submit" class="btn">I have looked at it</button>
            </div>
          </Form>
        ) : null}
        <p class="quiet after-card"><a href={`/guests/${view.thing.guestId}`}>Story of this guest</a>{view.who.planId === null ? null : <> · <a href={`/plans/${view.who.planId}`}>The plan it came from</a></>}</p>
      </div>
    </>
  );
}

function Review({ view, controls, card, csrfToken }: { readonly view: RequestView; readonly controls: RequestControls; readonly card: Card; readonly csrfToken: string }) {
  if (controls.review === null) return null;
  const { approve } = controls.review;
  return (
    <Form action={`/requests/${view.id}/review`} csrfToken={csrfToken} class="review" id="review">
      {/* Enter presses the first button of a form: this one is dead, so Enter decides nothing. */}
      <button type="submit" disabled hidden aria-hidden="true" tabIndex={-1} />
      <input type="hidden" name="digest" value={view.digest} />
      <input type="hidden" name="viewedAt" value={view.viewedAt} />
      <input type="hidden" name="seen" value={JSON.stringify(shownLines(card))} />
      <fieldset data-decision>
        <legend>Your decision</legend>
        <label class="form-check"><input class="form-check-input" type="radio" name="decision" value="veto" checked /><span class="form-check-label">Reject: one veto ends the request</span></label>
        {approve === null ? null : <label class="form-check"><input class="form-check-input" type="radio" name="decision" value="approve" /><span class="form-check-label">Approve</span></label>}
        <div class="mb-3"><label class="form-label" for="reason">Reason</label><input class="form-control" id="reason" name="reason" required maxLength={2000} autocomplete="off" /></div>
        {approve === null ? null : (
          <div class="mb-3">
            <label class="form-label" for="typedName">To approve, type the name of the machine</label>
            <input class="form-control" id="typedName" name="typedName" maxLength={255} autocomplete="off" autocapitalize="off" spellcheck={false} data-no-enter />
          </div>
        )}
        <button type="submit" class="btn btn-decide"><span class="label-veto">Reject</span>{approve === null ? null : <span class="label-approve">{approve.label}</span>}</button>
      </fieldset>
    </Form>
  );
}
