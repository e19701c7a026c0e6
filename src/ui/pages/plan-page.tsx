import type { PlanView } from '../../intent';
import type { Names } from '../view-models/names';
import { planCard } from '../view-models/plan-card';
import { CardView } from './parts';

export const PlanPage = ({ plan, names }: { readonly plan: PlanView; readonly names: Names }) => (
  <>
    <CardView card={planCard(plan, names)} danger={false} />
    <p class="quiet after-card">A plan is never changed. What creates or changes is applied when NetBox merges exactly this content. <a href="/jobs">Jobs</a> · <a href="/requests">Deletions</a></p>
  </>
);
