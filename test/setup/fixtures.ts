// Rows in every state, made the way production makes them: each by the login that may, in the order that the triggers demand.
// A spec says only what it is about; everything else has a sound default.
import { randomUUID } from 'node:crypto';
import { canonicalJson, sha256Hex, type PersonId } from '../../src/kernel';
import type { Permission } from '../../src/identity';
import type { Policy } from '../../src/policy';
import type { TestDatabase } from './test-database';

export const labPolicy: Policy = {
  deletion: { threshold: 1, windowSeconds: 60, approveWithinSeconds: 86_400, startWithinSeconds: 7200, maxPerHour: 2, powerOff: 'shutdown' },
  plan: { expiresAfterSeconds: 3600, startWithinSeconds: 600 },
  limits: { maxCores: null, maxMemoryMib: null, maxCreates: null, maxUpdates: null, maxDeletions: null },
  intent: { allow: 'allow-edit-and-add-actions' },
  protected: { guests: [] },
  rules: { addressFree: 'refusal', storageHasRoom: 'refusal', bridgeExists: 'refusal' },
};

export const requestPath = ['requested', 'in-review', 'approved', 'quarantining', 'waiting', 'destroying', 'destroyed'] as const;
export type RequestState = (typeof requestPath)[number] | 'vetoed' | 'cancelled' | 'needs-human';

export interface GuestFixture { readonly guestId: string; readonly cluster: string; readonly vmid: number; readonly kind: 'qemu' | 'lxc'; readonly name: string }
export interface PlanFixture { readonly id: string; readonly digest: string }
export interface RequestFixture { readonly id: string; readonly digest: string; readonly guest: GuestFixture; readonly reviewer: PersonId | null; readonly destroyEffect: string | null }
export interface EffectFixture { readonly id: string }

export interface RequestOptions {
  readonly guest?: GuestFixture;
  readonly originators?: readonly string[];
  readonly threshold?: number;
  readonly windowSeconds?: number;
  readonly maxPerHour?: number;
  /** Who approves; made when absent. */
  readonly reviewer?: PersonId;
  /** False: the waiting request has no tombstone. */
  readonly tombstone?: boolean;
}

export class Fixtures {
  private count = 0;

  constructor(readonly db: TestDatabase) {}

  /** Only a lab database lets its clock be shifted; forward, so that a window passes without waiting. */
  async passTime(seconds: number): Promise<void> {
    await this.db.owner.change("update settings set clock_shift = clock_shift + make_interval(secs => $1)", [seconds]);
  }

  /** As after the migration: no rows, no shift of the clock. Cheaper than another database; the owner of a test is a superuser. */
  async empty(): Promise<void> {
    await this.db.owner.transaction(async (tx) => {
      await tx.rows('set local session_replication_role = replica');
      await tx.rows(`do $$ declare t text; begin
        for t in select tablename from pg_tables where schemaname = 'public' and tablename not in ('migrations', 'settings', 'journal_head') loop execute format('delete from %I', t); end loop;
      end $$`);
      await tx.change("update settings set mode = 'lab', clock_shift = '0'");
      await tx.change("update journal_head set seq = 0, hash = repeat('0', 64)");
    });
  }

  async policy(body: Policy = labPolicy): Promise<number> {
    await this.db.owner.change("insert into policy_versions (version, body, origin) select 1, $1::jsonb, 'configuration' where not exists (select 1 from policy_versions)", [canonicalJson(body)]);
    return (await this.db.owner.one<{ version: number }>('select max(version) as version from policy_versions')).version;
  }

  async cluster(name = 'pve-a'): Promise<string> {
    await this.db.owner.change("insert into clusters (name, netbox, netbox_cluster, settings, state, confirmed_identity) values ($1, 'main', $1, '{}', 'confirmed', '{}') on conflict do nothing", [name]);
    return name;
  }

  async person(options: { readonly username?: string; readonly permissions?: readonly Permission[]; readonly netbox?: number; readonly sameAs?: PersonId } = {}): Promise<PersonId> {
    const username = options.username ?? `person-${++this.count}`;
    const { id } = await this.db.owner.one<{ id: PersonId }>(
      'insert into people (username, display_name, netbox, netbox_user_id, same_as) values ($1, $1, $2, $3, $4) returning id',
      [username, options.netbox === undefined ? null : 'main', options.netbox ?? null, options.sameAs ?? null]);
    await this.db.owner.change('insert into person_permissions select $1, unnest($2::text[])', [id, [...(options.permissions ?? ['view'])]]);
    return id;
  }

  /** Somebody who may approve deletions. */
  reviewer(): Promise<PersonId> {
    return this.person({ permissions: ['view', 'approve_deletion'] });
  }

  async guest(options: { readonly cluster?: string; readonly netboxVmId?: number } = {}): Promise<GuestFixture> {
    const cluster = await this.cluster(options.cluster);
    const guest = { guestId: randomUUID(), cluster, vmid: 5000 + ++this.count, kind: 'qemu', name: `web-${this.count}` } as const;
    await this.db.worker.change(
      "insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, state) values ($1, 'main', $2, $3, $4, 'qemu', $5, 'live')",
      [guest.guestId, options.netboxVmId ?? null, cluster, guest.vmid, randomUUID()]);
    await this.db.worker.change("insert into vmid_ledger (cluster, vmid, reason, guest_id) values ($1, $2, 'allocated', $3)", [cluster, guest.vmid, guest.guestId]);
    return guest;
  }

  async plan(options: { readonly status?: string; readonly branchId?: number; readonly content?: object; readonly findings?: readonly object[]; readonly startBySeconds?: number } = {}): Promise<PlanFixture> {
    const policyVersion = await this.policy();
    const branchId = options.branchId ?? ++this.count;
    const content = canonicalJson(options.content ?? { source: { kind: 'branch', netbox: 'main', branchId }, policyVersion, actions: [], deletions: [], refusals: [], nonce: randomUUID() });
    const { id, digest } = await this.db.worker.one<PlanFixture>(
      `insert into plans (digest, content, source, netbox, branch_id, change_digest, findings, drift, policy_version, made_by)
       values ($1, $2, $3, 'main', $4, 'change', $6, '[]', $5, 'service:plugin') returning id, digest`,
      [sha256Hex(content), content, canonicalJson({ kind: 'branch', netbox: 'main', branchId }), branchId, policyVersion, canonicalJson(options.findings ?? [])]);
    await this.db.worker.change(
      "insert into plan_states (plan_id, status, expires_at, start_by) values ($1, $2, sluice_now() + interval '1 hour', case when $3::integer is null then null else sluice_now() + make_interval(secs => $3) end)",
      [id, options.status ?? 'ready', options.startBySeconds ?? null]);
    return { id, digest };
  }

  async merge(options: { readonly planId?: string; readonly branchId?: number; readonly person?: object } = {}): Promise<string> {
    const branchId = options.branchId ?? ++this.count;
    return (await this.db.worker.one<{ id: string }>(
      "insert into merges (netbox, branch_id, branch_name, kind, occurred_at, person, plan_id, state) values ('main', $1, $2, 'merged', sluice_now(), $3, $4, $5) returning id",
      [branchId, `branch-${branchId}`, canonicalJson(options.person ?? { id: 7, username: 'anna' }), options.planId ?? null, options.planId === undefined ? 'told' : 'started'])).id;
  }

  /** A job that `worker` runs under fence 1, or one that is queued under fence 0. */
  async job(options: { readonly planId?: string; readonly mergeId?: string; readonly state?: 'queued' | 'running' } = {}): Promise<string> {
    const planId = options.planId ?? (await this.plan()).id;
    const { id } = await this.db.worker.one<{ id: string }>('insert into apply_jobs (plan_id, merge_id) values ($1, $2) returning id', [planId, options.mergeId ?? null]);
    if (options.state === 'running') await this.db.worker.change("update apply_jobs set state = 'running', worker = 'worker-1', lease_until = sluice_now() + interval '1 minute', fence = 1, version = 1 where id = $1", [id]);
    return id;
  }

  /** Of a job (fence 1 when running) or a request (fence 0), as far as `state`; by worker or deleter. */
  async effect(options: { readonly holderKind: 'job' | 'request'; readonly holderId: string; readonly guest: GuestFixture; readonly kind?: string; readonly step?: string; readonly state?: 'intended' | 'called' | 'confirmed'; readonly by?: 'worker' | 'deleter' }): Promise<EffectFixture> {
    const by = this.db[options.by ?? 'worker'];
    const effect = await by.one<EffectFixture>(
      'insert into effects (holder_kind, holder_id, step, kind, cluster, node, vmid, guest_id, request, fence) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, holder_fence($1, $2)) returning id',
      [options.holderKind, options.holderId, options.step ?? `step-${++this.count}`, options.kind ?? 'configure', options.guest.cluster, 'node1', options.guest.vmid, options.guest.guestId, canonicalJson({ cores: 4 })]);
    if (options.state === 'called' || options.state === 'confirmed') await by.change("update effects set state = 'called', called_at = sluice_now() where id = $1", [effect.id]);
    if (options.state === 'confirmed') await by.change("update effects set state = 'confirmed', settled_at = sluice_now(), outcome = '{}' where id = $1", [effect.id]);
    return effect;
  }

  /** A deletion request that went the whole way to `state`. Passing its window shifts the clock of the database. */
  async request(state: RequestState, options: RequestOptions = {}): Promise<RequestFixture> {
    const guest = options.guest ?? (await this.guest());
    const windowSeconds = options.windowSeconds ?? 60;
    const content = canonicalJson({ guest, windowSeconds, nonce: randomUUID() });
    const { id, digest } = await this.db.worker.one<{ id: string; digest: string }>(
      `insert into deletion_requests (digest, content, mode, cluster, guest_id, vmid, kind, guest_name, node, originators, threshold, window_seconds, max_per_hour, power_off, requested_by, reason, netbox, netbox_record_removed, evidence, approve_by)
       values ($1, $2, 'lab', $3, $4, $5, $6, $7, 'node1', $8, $9, $10, $11, 'shutdown', 'service:plugin', 'no longer needed', 'main', false, '{}', sluice_now() + interval '1 day') returning id, digest`,
      [sha256Hex(content), content, guest.cluster, guest.guestId, guest.vmid, guest.kind, guest.name, [...(options.originators ?? ['netbox:main:7'])], options.threshold ?? 1, windowSeconds, options.maxPerHour ?? 100]);
    const wanted = state === 'vetoed' ? 'in-review' : state === 'cancelled' ? 'in-review' : state === 'needs-human' ? 'destroying' : state;
    const steps = requestPath.slice(1, requestPath.indexOf(wanted) + 1);
    let reviewer: PersonId | null = null;
    let destroyEffect: string | null = null;
    for (const step of steps) {
      switch (step) {
        case 'in-review': await this.move('worker', id, 'in-review'); break;
        case 'approved': {
          reviewer = options.reviewer ?? (await this.reviewer());
          await this.approve({ id, digest, guest }, reviewer);
          await this.move('api', id, 'approved', "approved_at = sluice_now(), start_by = sluice_now() + interval '1 day'");
          break;
        }
        case 'quarantining': await this.move('worker', id, 'quarantining'); break;
        case 'waiting': {
          if (options.tombstone !== false) await this.db.worker.change("insert into tombstones (request_id, guest_id, netbox_record, proxmox_record) values ($1, $2, '{}', '{}')", [id, guest.guestId]);
          await this.move('worker', id, 'waiting', "waits_until = approved_at + make_interval(secs => window_seconds), baseline = '{}', quarantine = '{\"tagged\": true}'");
          break;
        }
        case 'destroying': {
          await this.passTime(windowSeconds + 1);
          await this.move('deleter', id, 'destroying');
          break;
        }
        case 'destroyed': {
          destroyEffect = (await this.effect({ holderKind: 'request', holderId: id, guest, kind: 'destroy', step: 'destroy', state: 'confirmed', by: 'deleter' })).id;
          await this.move('deleter', id, 'destroyed', 'ended_at = sluice_now()');
          break;
        }
      }
    }
    const end = `refusal = '{"code": "spec.ended"}', ended_at = sluice_now()`;
    if (state === 'vetoed') {
      reviewer = options.reviewer ?? (await this.reviewer());
      await this.db.api.change("insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, reason) values ($1, $2, 'veto', $3, 'the card', sluice_now(), 'still in use')", [id, reviewer, digest]);
      await this.move('api', id, 'vetoed', end);
    }
    if (state === 'cancelled') await this.move('api', id, 'cancelled', end);
    if (state === 'needs-human') await this.move('deleter', id, 'needs-human', end);
    return { id, digest, guest, reviewer, destroyEffect };
  }

  async approve(request: { readonly id: string; readonly digest: string; readonly guest: GuestFixture }, reviewer: PersonId): Promise<void> {
    await this.db.api.change(
      "insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, typed_name, reason) values ($1, $2, 'approve', $3, 'the card', sluice_now(), $4, 'agreed')",
      [request.id, reviewer, request.digest, request.guest.name]);
  }

  private async move(role: 'api' | 'worker' | 'deleter', id: string, state: string, also = 'fence = fence'): Promise<void> {
    const moved = await this.db[role].change(`update deletion_requests set state = $2, version = version + 1, ${also} where id = $1`, [id, state]);
    if (moved !== 1) throw new Error(`the request did not become ${state}`);
  }
}
