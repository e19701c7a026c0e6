// Carries P31: the switch that stops everything within one step, with the reason that the next person reads.
import type { Freeze } from '../../policy';
import type { Refusal } from '../../kernel';
import { timeText } from '../view-models/words';
import { Form } from './layout';
import { PageHead, RefusalBox } from './parts';

export interface FreezePageProps { readonly freeze: Freeze | null; readonly csrfToken: string | null; readonly mayOperate: boolean; readonly refusal: Refusal | null }

export const FreezePage = ({ freeze, csrfToken, mayOperate, refusal }: FreezePageProps) => (
  <div class="narrow">
    <PageHead title="Freeze" />
    {refusal === null ? null : <RefusalBox refusal={refusal} />}
    <p>{freeze === null ? 'Nothing is frozen. Freezing stops every call to Proxmox within one step; what was sent already is followed to its end.' : `Frozen since ${timeText(freeze.frozenAt)} by ${freeze.frozenByName ?? 'Sluice itself'}: “${freeze.reason}”. Going on takes a second person.`}</p>
    {!mayOperate || csrfToken === null ? <p class="quiet">You may look, and not freeze or unfreeze: that takes the permission operate.</p> : (
      <Form action={freeze === null ? '/freeze' : '/unfreeze'} csrfToken={csrfToken} class="card">
        <div class="card-body">
          <div class="mb-3"><label class="form-label" for="reason">Reason</label><input class="form-control" id="reason" name="reason" required maxLength={2000} /></div>
          <button type="submit" class="btn btn-primary">{freeze === null ? 'Freeze everything' : 'Unfreeze as the second person'}</button>
        </div>
      </Form>
    )}
  </div>
);
