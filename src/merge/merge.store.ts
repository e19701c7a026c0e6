// Carries P33: a merge or revert is one row however often it is told; its unique key is what NetBox itself says happened when.
import { canonicalJson, scrub } from '../kernel';
import { append } from '../journal';
import type { Database, Tx } from '../platform/database';

export interface MergeRow { readonly id: string; readonly netbox: string; readonly branchId: number; readonly branchName: string; readonly kind: 'merged' | 'reverted'; readonly occurredAt: string; readonly person: { readonly id: number | null; readonly username: string | null }; readonly state: 'told' | 'started' | 'nothing' | 'refused'; readonly planId: string | null; readonly detail: unknown; readonly version: number }
export interface Told { readonly netbox: string; readonly branchId: number; readonly branchName: string; readonly kind: 'merged' | 'reverted'; readonly occurredAt: string; readonly person: MergeRow['person'] }

const columns = 'id, netbox, branch_id as "branchId", branch_name as "branchName", kind, occurred_at as "occurredAt", person, state, plan_id as "planId", detail, version';

export class MergeStore {
  constructor(private readonly db: Database) {}

  /** Keeps a delivery's signature; false when this very delivery was seen before. */
  async delivered(netbox: string, signature: string, event: string, branchId: number | null): Promise<boolean> {
    return (await this.db.change('insert into hook_deliveries (netbox, signature, event, branch_id) values ($1, $2, $3, $4) on conflict do nothing', [netbox, signature, event, branchId])) === 1;
  }

  /** Records what happened, once. */
  async tell(told: Told): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const row = await tx.maybe<{ id: string }>(
        `insert into merges (netbox, branch_id, branch_name, kind, occurred_at, person) values ($1, $2, $3, $4, $5, $6) on conflict (netbox, branch_id, kind, occurred_at) do nothing returning id`,
        [told.netbox, told.branchId, told.branchName, told.kind, told.occurredAt, canonicalJson(told.person)]);
      if (row !== null) await append(tx, { kind: `branch.${told.kind}`, subject: `merge:${row.id}`, actor: told.person.username === null ? 'netbox' : `netbox:${told.netbox}:${told.person.username}`, body: { ...told } });
      return row !== null;
    });
  }

  /** Told and not started yet, oldest first: a revert never overtakes its merge. */
  waiting(netbox: string): Promise<MergeRow[]> {
    return this.db.rows<MergeRow>(`select ${columns} from merges where netbox = $1 and state = 'told' order by occurred_at`, [netbox]);
  }

  /** Locks a merge that nobody started yet; null when somebody did. */
  lockTold(tx: Tx, id: string): Promise<MergeRow | null> {
    return tx.maybe<MergeRow>(`select ${columns} from merges where id = $1 and state = 'told' for update`, [id]);
  }

  async decide(tx: Tx, merge: MergeRow, state: 'started' | 'nothing' | 'refused', planId: string | null, detail: unknown): Promise<void> {
    await tx.change(`update merges set state = $2, plan_id = $3, detail = $4, version = version + 1 where id = $1 and state = 'told'`, [merge.id, state, planId, canonicalJson(scrub(detail))]);
    await append(tx, { kind: `merge.${state}`, subject: `merge:${merge.id}`, actor: 'role:worker', body: { plan: planId, detail } });
  }

  /** Why it still waits. */
  async note(merge: MergeRow, detail: unknown): Promise<void> {
    await this.db.transaction(async (tx) => {
      const hit = await tx.change(`update merges set detail = $2, version = version + 1 where id = $1 and state = 'told' and detail is distinct from $2::jsonb`, [merge.id, canonicalJson(scrub(detail))]);
      if (hit === 1) await append(tx, { kind: 'merge.waits', subject: `merge:${merge.id}`, actor: 'role:worker', body: { detail } });
    });
  }

  /** The answer of the gate that this branch's last decided merge used up: it serves one merge, once (P4). */
  async lastUsedGate(netbox: string, branchId: number): Promise<string | null> {
    const row = await this.db.maybe<{ gate: string }>(`select detail->>'gate' as gate from merges where netbox = $1 and branch_id = $2 and detail->>'gate' is not null order by occurred_at desc limit 1`, [netbox, branchId]);
    return row?.gate ?? null;
  }

  /** A merge that was reverted since has nothing left to start, nor has a revert after which it was merged again. */
  async undoneLater(merge: MergeRow): Promise<boolean> {
    return (await this.db.one<{ undone: boolean }>(`select exists (select 1 from merges where netbox = $1 and branch_id = $2 and kind <> $4 and occurred_at > $3) as undone`, [merge.netbox, merge.branchId, merge.occurredAt, merge.kind])).undone;
  }

  /** What of this branch went to Proxmox or is on its way: jobs that run or called, requests past recall. */
  async whatHappened(netbox: string, branchId: number): Promise<{ readonly jobs: number; readonly destroyed: number }> {
    return this.db.one(
      `select (select count(*) from apply_jobs j join merges m on m.id = j.merge_id where m.netbox = $1 and m.branch_id = $2 and (j.state = 'running' or exists (select 1 from effects e where e.holder_kind = 'job' and e.holder_id = j.id and e.called_at is not null))) as jobs,
              (select count(*) from deletion_requests r join merges m on m.id = r.merge_id where m.netbox = $1 and m.branch_id = $2 and r.state in ('destroying', 'destroyed')) as destroyed`, [netbox, branchId]);
  }

  /** Deletion requests that merging this branch raised and that can still be cancelled. */
  async liveRequests(netbox: string, branchId: number): Promise<readonly string[]> {
    return (await this.db.rows<{ id: string }>(
      `select r.id from deletion_requests r join merges m on m.id = r.merge_id where m.netbox = $1 and m.branch_id = $2 and m.kind = 'merged' and r.state in ('requested', 'in-review', 'approved', 'quarantining', 'waiting')`, [netbox, branchId])).map((row) => row.id);
  }
}
