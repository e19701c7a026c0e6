// What became of a merge, as far as a revert has to know it: what was destroyed for good, and what is under way and cannot be called back.
import type { Instant } from '../kernel';
import type { Database } from '../platform/database';
import type { RevertPast } from './core/draft-parts';

export interface BranchPast {
  /** A merge of it was started: its revert may mean something in Proxmox. */
  readonly begun: boolean;
  /** What is under way at this moment, as a sentence. */
  readonly busy: string | null;
  /** When something of it last reached Proxmox: an inverse plan made before knows nothing of that. */
  readonly lastWork: Instant | null;
}

/** Whether a plan was made before something of its branch reached Proxmox. */
export const isOutdated = (madeAt: Instant, { lastWork }: Pick<BranchPast, 'lastWork'>): boolean => lastWork !== null && new Date(lastWork) >= new Date(madeAt);

export class PastStore {
  constructor(private readonly db: Database) {}

  async destroyed(guestIds: readonly string[]): Promise<RevertPast['destroyed']> {
    const rows = await this.db.rows<{ guestId: string; requestId: string; at: string }>(
      `select guest_id as "guestId", id as "requestId", ended_at as at from deletion_requests where state = 'destroyed' and guest_id = any ($1::uuid[])`, [guestIds]);
    return new Map(rows.map(({ guestId, requestId, at }) => [guestId, { requestId, at }]));
  }

  /** What of a branch's merges was begun, and what of them neither ends by itself nor can be withdrawn now. */
  async ofBranch(netbox: string, branchId: number): Promise<BranchPast> {
    const { begun, lastWork } = await this.db.one<Pick<BranchPast, 'begun' | 'lastWork'>>(
      `select exists (select 1 from merges where netbox = $1 and branch_id = $2 and kind = 'merged' and state = 'started') as begun,
              greatest((select max(coalesce(e.settled_at, e.called_at)) from effects e join apply_jobs j on e.holder_kind = 'job' and e.holder_id = j.id join merges m on m.id = j.merge_id where m.netbox = $1 and m.branch_id = $2),
                       (select max(r.ended_at) from deletion_requests r join merges m on m.id = r.merge_id where m.netbox = $1 and m.branch_id = $2 and r.state = 'destroyed')) as "lastWork"`, [netbox, branchId]);
    const [busy] = await this.db.rows<{ what: string }>(
      `select 'job ' || j.id || ' is ' || j.state as what from apply_jobs j join merges m on m.id = j.merge_id where m.netbox = $1 and m.branch_id = $2 and j.state in ('running', 'stuck')
       union all select 'deletion request ' || r.id || ' is destroying ' || r.guest_name from deletion_requests r join merges m on m.id = r.merge_id where m.netbox = $1 and m.branch_id = $2 and r.state = 'destroying' limit 1`, [netbox, branchId]);
    return { begun, lastWork, busy: busy?.what ?? null };
  }
}
