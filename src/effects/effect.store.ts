// Carries P25, P28: the intent is a committed row before anything is sent, the receipt a committed row after. Every write
// carries the fence; the trigger `effect_moves` refuses a superseded one.
import { randomUUID } from 'node:crypto';
import { Bug, canonicalJson, scrub, type EffectId, type Upid } from '../kernel';
import type { Database } from '../platform/database';
import { changeAndAppend, type JournalLine } from '../journal';
import type { EffectState } from './core/effect-state';

export type EffectKind = 'create' | 'hand-over' | 'configure' | 'start' | 'shutdown' | 'stop' | 'add-disk' | 'grow-disk' | 'clone' | 'migrate' | 'lend-user' | 'lend-token' | 'take-back-user' | 'take-back-token' | 'destroy' | 'netbox-patch' | 'netbox-create';

/** Who works: a job or a deletion request under its present fencing generation. */
export interface Holder { readonly kind: 'job' | 'request'; readonly id: string; readonly fence: number; readonly actor: string }

export interface EffectRow {
  readonly id: EffectId;
  readonly step: string;
  readonly attempt: number;
  readonly kind: EffectKind;
  readonly cluster: string;
  readonly node: string | null;
  readonly vmid: number | null;
  readonly guestId: string;
  readonly state: EffectState['state'];
  readonly upid: Upid | null;
  readonly outcome: unknown;
  readonly evidence: unknown;
  readonly intendedUnix: number;
}

export interface Intent {
  readonly step: string;
  readonly kind: EffectKind;
  readonly cluster: string;
  readonly node: string | null;
  readonly vmid: number | null;
  readonly guestId: string;
  readonly request: Readonly<Record<string, unknown>>;
}

const columns = `id, step, attempt, kind, cluster, node, vmid, guest_id as "guestId", state, upid, outcome, evidence, floor(extract(epoch from intended_at - (select clock_shift from settings)))::integer as "intendedUnix"`;

export class EffectStore {
  constructor(private readonly db: Database) {}

  /** The newest attempt of a step, or null when it was never intended. */
  async latest(holder: Holder, step: string): Promise<EffectRow | null> {
    return this.db.maybe<EffectRow>(`select ${columns} from effects where holder_kind = $1 and holder_id = $2 and step = $3 order by attempt desc limit 1`, [holder.kind, holder.id, step]);
  }

  /** Those of these tasks that no effect has as its own. */
  async unknownToEffects(upids: readonly Upid[]): Promise<readonly Upid[]> {
    if (upids.length === 0) return [];
    const known = new Set((await this.db.rows<{ upid: Upid }>('select upid from effects where upid = any ($1)', [upids])).map((row) => row.upid));
    return upids.filter((upid) => !known.has(upid));
  }

  async ofHolder(kind: Holder['kind'], id: string): Promise<EffectRow[]> {
    return this.db.rows<EffectRow>(`select ${columns} from effects where holder_kind = $1 and holder_id = $2 order by intended_at, step, attempt`, [kind, id]);
  }

  async intend(holder: Holder, intent: Intent, attempt: number): Promise<EffectRow> {
    const id = randomUUID();
    const row = await changeAndAppend<EffectRow>(this.db,
      `insert into effects (id, holder_kind, holder_id, step, attempt, kind, cluster, node, vmid, guest_id, request, fence)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${columns}`,
      [id, holder.kind, holder.id, intent.step, attempt, intent.kind, intent.cluster, intent.node, intent.vmid, intent.guestId, canonicalJson(scrub(intent.request)), holder.fence],
      lineOf(holder, { ...intent, id }, 'effect.intended', { request: intent.request, attempt }),
      // `called` is flushed before the call, and this with it.
      { flushed: false });
    if (row === null) throw new Bug(`effect ${id} was not kept`);
    return row;
  }

  /** Moves one effect on; the row must be in `from` and the fence must be ours. */
  async move(holder: Holder, row: EffectRow, from: EffectState['state'], to: EffectState, evidence?: unknown): Promise<void> {
    const settled = to.state === 'confirmed' || to.state === 'refused' || to.state === 'diverged';
    const outcome = settled ? (to.outcome ?? {}) : to.state === 'unknown' ? { observed: to.observed } : null;
    const moved = await changeAndAppend(this.db,
      `update effects set state = $4, fence = $5, version = version + 1,
         upid = coalesce($6, upid), outcome = coalesce($7::jsonb, outcome), evidence = coalesce($8::jsonb, evidence),
         called_at = case when $4 = 'called' then sluice_now() else called_at end,
         settled_at = case when $9 then sluice_now() else settled_at end
       where id = $1 and state = $2 and holder_id = $3 returning id`,
      [row.id, from, holder.id, to.state, holder.fence, to.state === 'accepted' ? to.upid : null, outcome === null ? null : canonicalJson(scrub(outcome)), evidence === undefined ? null : canonicalJson(scrub(evidence)), settled],
      lineOf(holder, row, `effect.${to.state}`, { ...(outcome === null ? {} : { outcome }), ...(to.state === 'accepted' ? { upid: to.upid } : {}), ...(evidence === undefined ? {} : { evidence }) }),
      { flushed: true });
    if (moved === null) throw new Bug(`effect ${row.id} was not ${from} any more`);
  }
}

const lineOf = (holder: Holder, of: Pick<EffectRow, 'step' | 'kind' | 'cluster' | 'vmid' | 'guestId'> & { readonly id: string }, kind: string, body: Readonly<Record<string, unknown>>): JournalLine =>
  ({ kind, subject: `guest:${of.guestId}`, actor: holder.actor, body: { effect: of.id, [holder.kind]: holder.id, step: of.step, does: of.kind, cluster: of.cluster, vmid: of.vmid, fence: holder.fence, ...body } });
