// Carries P4, P7, P8, P18, P24, P28: requests as rows. A row moves by one guarded UPDATE that the pure table allowed on facts
// read in the same transaction; the trigger is the last to say no. The journal line is the last statement of each transaction.
import { Bug, canonicalJson, no, ok, refuse, scrub, type Refusal, type RequestId, type Result } from '../kernel';
import { append } from '../journal';
import type { Database, Tx } from '../platform/database';
import { recordOf, requestColumns, type RequestRow } from './request.rows';
import type { WindowBaseline } from './core/baseline';
import { requestDigest, contentText, isEnd, type RequestContent, type RequestEvidence, type RequestRecord, type RequestState, type StateName, type Undo } from './core/request';
import { nextRequest, type ProcessRole, type RequestEvent, type RequestFacts } from './core/transitions';

export type DeletionTask = 'deletion.prepare' | 'deletion.quarantine' | 'deletion.undo';
export type Enqueue = (tx: Tx, task: DeletionTask, id: string) => Promise<void>;

/** Who moves a request; `fence`: only while the request still has this generation; `takeOver`: a new generation begins. */
export interface Mover { readonly role: ProcessRole; readonly actor: string; readonly fence?: number; readonly takeOver?: boolean }

export interface Tombstone { readonly netboxRecord: unknown; readonly proxmoxRecord: unknown }
export interface RequestFilter { readonly states?: readonly StateName[]; readonly cluster?: string; readonly limit: number }

export class RequestStore {
  constructor(readonly db: Database, private readonly enqueue: Enqueue) {}

  async find(tx: Tx, id: string): Promise<RequestRecord | null> {
    const row = await tx.maybe<RequestRow>(`select ${requestColumns} from deletion_requests where id = $1`, [id]);
    return row === null ? null : recordOf(row);
  }

  async list(filter: RequestFilter): Promise<RequestRecord[]> {
    const rows = await this.db.rows<RequestRow>(
      `select ${requestColumns} from deletion_requests where ($1::text[] is null or state = any ($1)) and ($2::text is null or cluster = $2) order by requested_at desc, id limit $3`,
      [filter.states ?? null, filter.cluster ?? null, filter.limit]);
    return rows.map(recordOf);
  }

  /** Waiting requests, the one whose time comes first in front. */
  async waiting(): Promise<RequestRecord[]> {
    return (await this.db.rows<RequestRow>(`select ${requestColumns} from deletion_requests where state = 'waiting' order by waits_until, id`)).map(recordOf);
  }

  async destroying(): Promise<RequestRecord | null> {
    const row = await this.db.maybe<RequestRow>(`select ${requestColumns} from deletion_requests where state = 'destroying'`);
    return row === null ? null : recordOf(row);
  }

  /** Requests that lent this cluster's guests, newest first: they explain the grants that stand (P15). */
  async lentOn(cluster: string): Promise<RequestRecord[]> {
    const rows = await this.db.rows<RequestRow>(
      `select ${requestColumns} from deletion_requests where cluster = $1 and state in ('destroying', 'needs-human') and exists (select 1 from effects e where e.holder_id = deletion_requests.id and e.kind in ('lend-user', 'lend-token'))
       order by requested_at desc`, [cluster]);
    return rows.map(recordOf);
  }

  /** Requests whose time to be approved or to be carried out has passed (P8). */
  async overdue(): Promise<readonly string[]> {
    const rows = await this.db.rows<{ id: string }>(
      `select id from deletion_requests where (state in ('requested', 'in-review') and approve_by <= sluice_now()) or (state in ('approved', 'waiting') and start_by <= sluice_now()) order by requested_at`);
    return rows.map((row) => row.id);
  }

  /** Work that should be under way or waiting in the queue: what a sweep asks for again after a crash (P33 in spirit). */
  async unattended(olderThanSeconds: number): Promise<readonly { readonly task: DeletionTask; readonly id: string }[]> {
    return this.db.rows(
      `select id, case when undo = 'pending' then 'deletion.undo' when state = 'requested' then 'deletion.prepare' else 'deletion.quarantine' end as task
       from deletion_requests where (undo = 'pending' or state in ('requested', 'approved', 'quarantining')) and changed_at <= sluice_now() - make_interval(secs => $1) order by changed_at`, [olderThanSeconds]);
  }

  /** A new request with its claim on the guest; refused where somebody already works on that guest (P7). */
  async insert(tx: Tx, content: RequestContent, evidence: RequestEvidence, actor: string): Promise<Result<RequestId>> {
    const { id } = await tx.one<{ id: RequestId }>('select gen_random_uuid() as id');
    const { target, terms } = content;
    const claimed = await tx.change(`insert into guest_claims (guest_id, holder_kind, holder_id) values ($1, 'request', $2) on conflict do nothing`, [target.guestId, id]);
    if (claimed !== 1) return refuse('guest.claimed', `Somebody already works on ${content.name}.`, await this.holderText(tx, target.guestId), 'Wait until that has ended, then ask again.');
    const text = contentText(content);
    await tx.change(
      `insert into deletion_requests (id, digest, content, mode, cluster, guest_id, vmid, kind, guest_name, node, originators, threshold, window_seconds, max_per_hour, power_off,
         merge_id, plan_id, requested_by, reason, netbox, netbox_vm_id, netbox_record_removed, evidence, requested_at, approve_by)
       select $1, $2, $3, s.mode, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22::jsonb, $23::timestamptz, $23::timestamptz + make_interval(secs => $24) from settings s`,
      [id, requestDigest(text), text, target.cluster, target.guestId, target.vmid, target.kind, content.name, content.node, content.originators, terms.threshold, terms.windowSeconds, terms.maxPerHour, terms.powerOff,
        content.mergeId, content.planId, content.requestedBy, content.reason, content.netbox, content.netboxVmId, content.netboxRecordRemoved, canonicalJson(scrub(evidence)), content.requestedAt, terms.approveWithinSeconds]);
    await this.enqueue(tx, 'deletion.prepare', id);
    await append(tx, { kind: 'deletion.requested', subject: `request:${id}`, actor, body: { guest: target.guestId, content, digest: requestDigest(text) } });
    return ok(id);
  }

  private async holderText(tx: Tx, guestId: string): Promise<string> {
    const row = await tx.maybe<{ kind: string; id: string }>('select holder_kind as kind, holder_id as id from guest_claims where guest_id = $1 and released_at is null', [guestId]);
    return row === null ? 'a claim that was released just now' : `${row.kind} ${row.id} holds the guest`;
  }

  /** The facts on which a move is judged, as they stand in this transaction. */
  async facts(tx: Tx, record: RequestRecord, role: ProcessRole): Promise<RequestFacts> {
    const row = await tx.one<Omit<RequestFacts, 'role' | 'terms' | 'approveBy' | 'recordRemoved'>>(
      `select sluice_now() as now, standing_approvals($1) as standing, is_frozen() as frozen,
         (select count(*)::integer from deletion_reviews where request_id = $1 and decision = 'veto') as vetoes,
         exists (select 1 from tombstones where request_id = $1) as "hasTombstone",
         exists (select 1 from deletion_requests where state = 'destroying' and id <> $1) as "otherDestroying",
         (select count(*)::integer from effects where kind = 'destroy' and cluster = $2 and called_at > sluice_now() - interval '1 hour') as "destroysThisHour",
         exists (select 1 from deletion_requests where cluster = $2 and state = 'needs-human' and acknowledged_by is null and id <> $1) as "humanNeededFirst",
         exists (select 1 from effects where holder_id = $1 and kind = 'destroy' and state = 'confirmed') as "destroyConfirmed"`,
      [record.id, record.content.target.cluster]);
    return { ...row, role, terms: record.content.terms, approveBy: record.approveBy, recordRemoved: record.content.netboxRecordRemoved };
  }

  /** Moves a request in a transaction of its own. */
  advance(id: string, event: RequestEvent, by: Mover, also: (tx: Tx) => Promise<void> = () => Promise.resolve()): Promise<Result<RequestRecord>> {
    return this.db.transaction((tx) => this.advanceIn(tx, id, event, by, also));
  }

  /** `also` runs between the move and its journal line, in the same transaction. */
  async advanceIn(tx: Tx, id: string, event: RequestEvent, by: Mover, also: (tx: Tx) => Promise<void> = () => Promise.resolve()): Promise<Result<RequestRecord>> {
    const record = await this.lock(tx, id);
    if (record === null) return refuse('deletion.not-found', 'There is no such deletion request.', id, 'Look at the list of requests.');
    if (by.fence !== undefined && by.fence !== record.fence) return superseded(by.fence, record.fence);
    const next = nextRequest(record.state, event, await this.facts(tx, record, by.role));
    if (!next.ok) return next;
    await this.write(tx, record, next.value, by);
    await also(tx);
    const undo = 'undo' in next.value ? next.value.undo : 'none';
    if (isEnd(next.value.state) && undo === 'none') await this.releaseClaim(tx, record);
    if (undo === 'pending') await this.enqueue(tx, 'deletion.undo', id);
    if (next.value.state === 'approved') await this.enqueue(tx, 'deletion.quarantine', id);
    await append(tx, { kind: `deletion.${next.value.state}`, subject: `request:${id}`, actor: by.actor, body: { guest: record.content.target.guestId, from: record.state.state, digest: record.digest, ...next.value } });
    const moved = await this.find(tx, id);
    if (moved === null) throw new Bug(`request ${id} vanished`);
    return ok(moved);
  }

  private async lock(tx: Tx, id: string): Promise<RequestRecord | null> {
    const row = await tx.maybe<RequestRow>(`select ${requestColumns} from deletion_requests where id = $1 for update`, [id]);
    return row === null ? null : recordOf(row);
  }

  private async write(tx: Tx, record: RequestRecord, next: RequestState, by: Mover): Promise<void> {
    const has = <K extends string>(key: K): unknown => (key in next ? (next as unknown as Readonly<Record<K, unknown>>)[key] : null);
    const json = (value: unknown): string | null => (value === null ? null : canonicalJson(scrub(value)));
    const ends = isEnd(next.state);
    const changed = await tx.change(
      `update deletion_requests set state = $4, version = version + 1, changed_at = sluice_now(), fence = fence + $5, hold = null,
         approved_at = coalesce(approved_at, $6::timestamptz), start_by = coalesce(start_by, $7::timestamptz), waits_until = coalesce(waits_until, $8::timestamptz),
         baseline = coalesce(baseline, $9::jsonb), quarantine = coalesce(quarantine, $10::jsonb), refusal = coalesce($11::jsonb, refusal), undo = $12,
         ended_at = case when $13 then sluice_now() else ended_at end, ended_by = case when $13 then $14 else ended_by end
       where id = $1 and version = $2 and state = $3 and fence = $15`,
      [record.id, record.version, record.state.state, next.state, by.takeOver === true || ends ? 1 : 0, has('approvedAt'), has('startBy'), has('waitsUntil'), json(has('baseline')), json(has('quarantine')), json(has('refusal')),
        'undo' in next ? next.undo : 'none', ends, by.actor, record.fence]);
    if (changed !== 1) throw new Bug(`request ${record.id} was not ${record.state.state} any more`);
  }

  /** A new generation without a move: whoever worked before can write nothing from here on (P28). */
  async takeOver(id: string, from: readonly StateName[], actor: string): Promise<RequestRecord | null> {
    return this.db.transaction(async (tx) => {
      const record = await this.lock(tx, id);
      if (record === null || !from.includes(record.state.state)) return null;
      const changed = await tx.change('update deletion_requests set fence = fence + 1, version = version + 1, changed_at = sluice_now() where id = $1 and version = $2 and state = $3', [id, record.version, record.state.state]);
      if (changed !== 1) throw new Bug(`request ${id} was not ${record.state.state} any more`);
      await append(tx, { kind: 'deletion.taken-over', subject: `request:${id}`, actor, body: { guest: record.content.target.guestId, state: record.state.state, fence: record.fence + 1 } });
      return this.find(tx, id);
    });
  }

  /** Why it does not go on although it could; told once, not at every look. */
  async hold(id: string, state: StateName, why: Refusal | null, actor: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const changed = await tx.change('update deletion_requests set hold = $3::jsonb, version = version + 1 where id = $1 and state = $2 and hold is distinct from $3::jsonb', [id, state, why === null ? null : canonicalJson(scrub(why))]);
      // Looked at just now: the sweep asks again after a while, not at once.
      if (changed === 0 && state !== 'waiting' && state !== 'destroying') await tx.change('update deletion_requests set changed_at = sluice_now() where id = $1 and state = $2', [id, state]);
      if (changed === 1) await append(tx, { kind: why === null ? 'deletion.hold-ended' : 'deletion.held', subject: `request:${id}`, actor, body: { state, ...(why === null ? {} : { why }) } });
    });
  }

  /** Deletion stopped on a whole cluster: a line of its own, because it belongs to no request. */
  async tellStop(cluster: string, why: Refusal, actor: string): Promise<void> {
    await this.db.transaction(async (tx) => { await append(tx, { kind: 'deletion.stopped', subject: `cluster:${cluster}`, actor, body: { why } }); });
  }

  /** What was seen when it was prepared: gates for the card, values for the comparison at quarantine. */
  async keepEvidence(tx: Tx, id: string, evidence: RequestEvidence): Promise<void> {
    const changed = await tx.change(`update deletion_requests set evidence = $2::jsonb, version = version + 1 where id = $1 and state in ('in-review', 'refused', 'gone-outside')`, [id, canonicalJson(scrub(evidence))]);
    if (changed !== 1) throw new Bug(`request ${id} takes no evidence now`);
  }

  async bury(tx: Tx, record: RequestRecord, stone: Tombstone): Promise<void> {
    await tx.change('insert into tombstones (request_id, guest_id, netbox_record, proxmox_record) values ($1, $2, $3::jsonb, $4::jsonb) on conflict (request_id) do nothing', [record.id, record.content.target.guestId, canonicalJson(scrub(stone.netboxRecord ?? null)), canonicalJson(scrub(stone.proxmoxRecord))]);
  }

  async baseline(id: string): Promise<WindowBaseline | null> {
    return (await this.db.one<{ baseline: WindowBaseline | null }>('select baseline from deletion_requests where id = $1', [id])).baseline;
  }

  tombstone(id: string): Promise<Tombstone | null> {
    return this.db.maybe('select netbox_record as "netboxRecord", proxmox_record as "proxmoxRecord" from tombstones where request_id = $1', [id]);
  }

  /** Volumes that the destroy could not remove, as its row says. */
  async leftBehind(id: string): Promise<readonly string[]> {
    const row = await this.db.maybe<{ leftBehind: readonly string[] | null }>(`select outcome->'leftBehind' as "leftBehind" from effects where holder_kind = 'request' and holder_id = $1 and kind = 'destroy' and state = 'confirmed'`, [id]);
    return row?.leftBehind ?? [];
  }

  /** The undo after an end: settled once, and with it the claim on the guest ends (P7, P24). */
  async settleUndo(record: RequestRecord, undo: Extract<Undo, 'done' | 'needs-human'>, detail: Readonly<Record<string, unknown>>, actor: string): Promise<Result<void>> {
    return this.db.transaction(async (tx) => {
      const changed = await tx.change(`update deletion_requests set undo = $3, undo_detail = $4::jsonb, version = version + 1, changed_at = sluice_now() where id = $1 and fence = $2 and undo = 'pending'`, [record.id, record.fence, undo, canonicalJson(scrub(detail))]);
      if (changed !== 1) return no(supersededRefusal(record.fence, null));
      await this.releaseClaim(tx, record);
      await append(tx, { kind: `deletion.undo-${undo}`, subject: `request:${record.id}`, actor, body: { guest: record.content.target.guestId, ...detail } });
      return ok(undefined);
    });
  }

  /** An approval that is not the last one needed: its line, and the request as it stands with it. */
  async noteReview(tx: Tx, record: RequestRecord, body: Readonly<Record<string, unknown>> & { readonly by: string }): Promise<Result<RequestRecord>> {
    const now = await this.find(tx, record.id);
    if (now === null) throw new Bug(`request ${record.id} vanished`);
    await append(tx, { kind: 'deletion.reviewed', subject: `request:${record.id}`, actor: body.by, body: { guest: record.content.target.guestId, ...body } });
    return ok(now);
  }

  /** Somebody saw that a request needs a human: until then nothing else is destroyed on that cluster (P23). */
  async acknowledge(id: string, personId: string, actor: string, reason: string): Promise<Result<void>> {
    return this.db.transaction(async (tx) => {
      const changed = await tx.change(`update deletion_requests set acknowledged_by = $2, version = version + 1, changed_at = sluice_now() where id = $1 and state = 'needs-human' and acknowledged_by is null`, [id, personId]);
      if (changed !== 1) return refuse('deletion.nothing-to-acknowledge', 'This request waits for nobody.', 'it is not in needs-human, or somebody has seen it already', 'Look at the request as it is now.');
      await append(tx, { kind: 'deletion.acknowledged', subject: `request:${id}`, actor, body: { reason } });
      return ok(undefined);
    });
  }

  private async releaseClaim(tx: Tx, record: RequestRecord): Promise<void> {
    await tx.change(`update guest_claims set released_at = sluice_now() where guest_id = $1 and holder_kind = 'request' and holder_id = $2 and released_at is null`, [record.content.target.guestId, record.id]);
  }
}

const supersededRefusal = (mine: number, now: number | null): Refusal =>
  ({ code: 'deletion.superseded', summary: 'Another worker has taken this request over.', observed: `generation ${mine}, the request has ${now ?? 'another'}`, next: 'Nothing: the other one goes on.' });
const superseded = (mine: number, now: number): Result<never> => no(supersededRefusal(mine, now));
