import type { Refusal } from '../../kernel';
import type { Mode } from './layout';
import { RefusalBox } from './parts';

/** No token here: there is no session yet. A sign-in sent by another site is refused by Sec-Fetch-Site. */
export const SignInPage = ({ mode, next, username, refusal }: { readonly mode: Mode; readonly next: string; readonly username: string; readonly refusal: Refusal | null }) => (
  <div class="narrow">
    <h1>Sign in to Sluice</h1>
    {refusal === null ? null : <RefusalBox refusal={refusal} />}
    <form method="post" action="/sign-in" class="card">
      <div class="card-body">
        <input type="hidden" name="next" value={next} />
        <div class="mb-3"><label class="form-label" for="username">Username</label><input class="form-control" id="username" name="username" value={username} autocomplete="username" required maxLength={200} /></div>
        <div class="mb-3"><label class="form-label" for="password">Password</label><input class="form-control" id="password" name="password" type="password" autocomplete="current-password" required maxLength={1000} /></div>
        <button type="submit" class="btn btn-primary">Sign in</button>
      </div>
    </form>
    {mode === 'lab' ? <p class="quiet">The lab has two people: <strong>engineer</strong> and <strong>approver</strong>. Their passwords stand where the lab was started, and in its file lab.json.</p> : null}
  </div>
);
