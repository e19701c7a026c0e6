// What the database refuses by itself, whatever our code does: each statement is sent as the login that a broken or stolen
// process would have, and has to fail for the one named reason. The walk at the end shows that the rightful way is open.
import { canonicalJson, type PersonId } from '../../src/kernel';
import { testDatabase, type TestDatabase } from '../setup/test-database';
import { Fixtures, labPolicy } from '../setup/fixtures';

type Login = 'owner' | 'api' | 'worker' | 'deleter' | 'scheduler';
interface Case {
  readonly it: string;
  readonly as: Login | readonly Login[];
  /** Puts the rows in place and gives the statement's parameters. */
  readonly given?: (f: Fixtures) => Promise<readonly unknown[]>;
  readonly sql: string;
  /** errcode and words, or the name of the constraint. */
  readonly refused: readonly [code: string, words: string];
}

const noRight = (what: string) => ['42501', `permission denied for ${what}`] as const;
const appendOnly = ['SL001', 'append-only'] as const;
const runtime = ['api', 'worker', 'deleter', 'scheduler'] as const;

const reviewSql = "insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, typed_name, reason) values ($1, $2, 'approve', $3, 'the card', sluice_now(), $4, 'agreed')";
const review = (options: { readonly reviewer: (f: Fixtures) => Promise<PersonId>; readonly digest?: string; readonly typed?: string | null; readonly originators?: (reviewer: PersonId) => readonly string[]; readonly later?: number }) => async (f: Fixtures) => {
  const reviewer = await options.reviewer(f);
  const request = await f.request('in-review', options.originators === undefined ? {} : { originators: options.originators(reviewer) });
  if (options.later !== undefined) await f.passTime(options.later);
  return [request.id, reviewer, options.digest ?? request.digest, options.typed === undefined ? request.guest.name : options.typed];
};
const moveTo = (state: string, also = ''): string => `update deletion_requests set state = '${state}', version = version + 1${also === '' ? '' : `, ${also}`} where id = $1`;
const requestIn = (state: Parameters<Fixtures['request']>[0], options: Parameters<Fixtures['request']>[1] = {}) => async (f: Fixtures) => [(await f.request(state, options)).id];
const approvedNow = "approved_at = sluice_now(), start_by = sluice_now() + interval '1 day'";
const ended = `ended_at = sluice_now(), refusal = '{"code": "x"}'`;
/** A waiting request whose window has passed. */
const due = (options: Parameters<Fixtures['request']>[1] = {}) => async (f: Fixtures) => {
  const request = await f.request('waiting', options);
  await f.passTime(61);
  return [request.id];
};
const running = async (f: Fixtures) => {
  const guest = await f.guest();
  const job = await f.job({ state: 'running' });
  return { guest, job };
};
const insertEffect = (kind: string, state: string, fence: string): string =>
  `insert into effects (holder_kind, holder_id, step, kind, cluster, vmid, guest_id, request, state, fence${state === 'called' ? ', called_at' : ''}) values ('job', $1, 'cores', '${kind}', $2, $3, $4, '{}', '${state}', ${fence}${state === 'called' ? ', sluice_now()' : ''})`;
const jobEffect = (state: 'intended' | 'called' | 'confirmed') => async (f: Fixtures) => {
  const { guest, job } = await running(f);
  return [(await f.effect({ holderKind: 'job', holderId: job, guest, state })).id];
};
const proposal = (state: 'proposed' | 'vetoed' | 'active', weakens: readonly string[] = ['deletion.threshold'], body: object = labPolicy) => async (f: Fixtures) => {
  await f.policy();
  const [author, second] = [await f.person(), await f.person()];
  const { id } = await f.db.api.one<{ id: string }>('insert into policy_proposals (body, weakens, reason, proposed_by, approved_by, state) values ($1, $2, $3, $4, $5, $6) returning id',
    [canonicalJson(body), [...weakens], 'because', author, state === 'active' && weakens.length > 0 ? second : null, state]);
  return { id, author, second };
};
const frozenBy = async (f: Fixtures) => {
  const open = await f.db.api.maybe<{ id: string; person: PersonId }>('select id, frozen_by as person from freezes where unfrozen_at is null');
  if (open !== null) return open;
  const person = await f.person();
  const { id } = await f.db.api.one<{ id: string }>("insert into freezes (reason, frozen_by) values ('fire', $1) returning id", [person]);
  return { id, person };
};
const insertVersion = "insert into policy_versions (version, body, origin, proposal_id) values ($1, $2, $3, $4)";
const unfreeze = "update freezes set unfrozen_by = $2, unfrozen_at = sluice_now(), unfreeze_reason = 'fine' where id = $1";
const insertRequest = (mode: string, window: number): string =>
  `insert into deletion_requests (digest, content, mode, cluster, guest_id, vmid, kind, guest_name, node, originators, threshold, window_seconds, max_per_hour, power_off, requested_by, reason, netbox, netbox_record_removed, evidence, approve_by)
   values (encode(sha256('{}'), 'hex'), '{}', '${mode}', $1, gen_random_uuid(), 5000, 'qemu', 'web', 'node1', '{a}', 1, ${window}, 1, 'refuse', 'x', 'y', 'main', false, '{}', sluice_now() + interval '1 day')`;
const aCluster = async (f: Fixtures) => [await f.cluster()];
const live = async (f: Fixtures) => { await f.db.owner.change("update settings set mode = 'live'"); return aCluster(f); };

const plans: readonly Case[] = [
  { it: 'P1 a plan is not rewritten by any process', as: runtime, given: async (f) => [(await f.plan()).id], sql: "update plans set content = '{}' where id = $1", refused: noRight('table plans') },
  { it: 'P1 a plan is not deleted by any process', as: runtime, given: async (f) => [(await f.plan()).id], sql: 'delete from plans where id = $1', refused: noRight('table plans') },
  { it: 'P1 a plan is not rewritten by its owner either', as: 'owner', given: async (f) => [(await f.plan()).id], sql: "update plans set made_by = 'me' where id = $1", refused: appendOnly },
  { it: 'P1 a plan is not deleted by its owner either', as: 'owner', given: async (f) => { await f.plan(); return []; }, sql: 'delete from plans', refused: appendOnly },
  { it: 'P1 plans are not emptied', as: 'owner', given: async (f) => { await f.plan(); return []; }, sql: 'truncate plans cascade', refused: appendOnly },
  { it: 'P1 a plan has the name of its content', as: 'worker', given: async (f) => { await f.policy(); return []; }, sql: `insert into plans (digest, content, source, findings, drift, policy_version, made_by) values (repeat('a', 64), '{}', '{}', '[]', '[]', 1, 'x')`, refused: ['23514', 'digest_names_content'] },
  { it: 'P1 the api makes no plans', as: 'api', given: async (f) => { await f.policy(); return []; }, sql: `insert into plans (digest, content, source, findings, drift, policy_version, made_by) values ('a', '{}', '{}', '[]', '[]', 1, 'x')`, refused: noRight('table plans') },
  { it: 'P12 a refused plan is not started', as: 'worker', given: async (f) => [(await f.plan({ status: 'refused' })).id], sql: "update plan_states set status = 'started' where plan_id = $1", refused: ['SL002', 'a plan does not go from refused to started'] },
  { it: 'P4 a plan that was used is not started again', as: 'worker', given: async (f) => [(await f.plan({ status: 'done' })).id], sql: "update plan_states set status = 'started' where plan_id = $1", refused: ['SL002', 'a plan does not go from done to started'] },
  { it: 'P8 an expired plan is not started', as: 'worker', given: async (f) => { const { id } = await f.plan(); await f.passTime(3601); return [id]; }, sql: "update plan_states set status = 'started' where plan_id = $1", refused: ['SL008', 'expired at'] },
  { it: 'P8 a plan whose time to start has passed is not started', as: 'worker', given: async (f) => { const { id } = await f.plan({ startBySeconds: 60 }); await f.passTime(61); return [id]; }, sql: "update plan_states set status = 'started' where plan_id = $1", refused: ['SL008', 'had to be started before'] },
  { it: 'P8 the expiry of a plan is not made longer', as: ['worker', 'api', 'scheduler'], given: async (f) => [(await f.plan()).id], sql: "update plan_states set expires_at = expires_at + interval '1 day' where plan_id = $1", refused: ['SL008', 'set once'] },
  { it: 'P7 one plan has one job', as: 'worker', given: async (f) => { const { id } = await f.plan(); await f.job({ planId: id }); return [id]; }, sql: 'insert into apply_jobs (plan_id) values ($1)', refused: ['23505', 'apply_jobs_plan_id_key'] },
  { it: 'P3 a gate answer is not rewritten', as: 'owner', given: async (f) => { await f.db.api.change("insert into gate_answers (netbox, branch_id, action, change_digest, permitted, message) values ('main', 1, 'merge', 'c', false, 'no')"); return []; }, sql: 'update gate_answers set permitted = true', refused: appendOnly },
  { it: 'P36 a signed call is good once', as: 'api', given: async (f) => { await f.db.api.change("insert into used_nonces (nonce) values ('n')"); return []; }, sql: "insert into used_nonces (nonce) values ('n')", refused: ['23505', 'used_nonces_pkey'] },
];

const reviews: readonly Case[] = [
  { it: 'P17 an originator does not approve', as: 'api', given: review({ reviewer: (f) => f.reviewer(), originators: (id) => [`person:${id}`] }), sql: reviewSql, refused: ['SL017', 'four eyes'] },
  { it: 'P17 an originator under the NetBox name does not approve', as: 'api', given: review({ reviewer: (f) => f.person({ permissions: ['approve_deletion'], netbox: 7 }) }), sql: reviewSql, refused: ['SL017', 'four eyes'] },
  { it: 'P17 a linked account of an originator does not approve', as: 'api', given: review({ reviewer: async (f) => f.person({ permissions: ['approve_deletion'], sameAs: await f.person({ netbox: 7 }) }) }), sql: reviewSql, refused: ['SL017', 'four eyes'] },
  { it: 'P17 an account linked over another account does not approve', as: 'api', given: review({ reviewer: async (f) => f.person({ permissions: ['approve_deletion'], sameAs: await f.person({ sameAs: await f.person({ netbox: 7 }) }) }) }), sql: reviewSql, refused: ['SL017', 'four eyes'] },
  { it: 'P17 one person does not approve twice under two accounts', as: 'api', sql: reviewSql, refused: ['SL017', 'has already reviewed'],
    given: async (f) => { const first = await f.reviewer(); const second = await f.person({ permissions: ['approve_deletion'], sameAs: first }); const request = await f.request('in-review', { threshold: 2 }); await f.approve(request, first); return [request.id, second, request.digest, request.guest.name]; } },
  { it: 'P17 a service token does not hold approve_deletion', as: 'owner', sql: "insert into service_tokens (name, token_hash, permissions) values ('s', 'h', '{view,approve_deletion}')", refused: ['23514', 'service_tokens_permissions_check'] },
  { it: 'P17 no process gives somebody a right', as: runtime, given: async (f) => [await f.person()], sql: "insert into person_permissions values ($1, 'approve_deletion')", refused: noRight('table person_permissions') },
  { it: 'P17 no process unlinks two accounts', as: runtime, given: async (f) => [await f.person({ sameAs: await f.person() })], sql: 'update people set same_as = null where id = $1', refused: noRight('table people') },
  { it: 'P17 only the api writes reviews', as: ['worker', 'deleter', 'scheduler'], given: review({ reviewer: (f) => f.reviewer() }), sql: reviewSql, refused: noRight('table deletion_reviews') },
  { it: 'P19 somebody without the right does not approve', as: 'api', given: review({ reviewer: (f) => f.person({ permissions: ['view', 'administer'] }) }), sql: reviewSql, refused: ['SL019', 'does not hold approve_deletion now'] },
  { it: 'P19 somebody who was switched off does not approve', as: 'api', given: review({ reviewer: async (f) => { const id = await f.reviewer(); await f.db.owner.change('update people set active = false where id = $1', [id]); return id; } }), sql: reviewSql, refused: ['SL019', 'does not hold approve_deletion now'] },
  { it: 'P3 an approval names the digest of the request', as: 'api', given: review({ reviewer: (f) => f.reviewer(), digest: 'f'.repeat(64) }), sql: reviewSql, refused: ['SL003', 'the review names digest ffffffff'] },
  { it: 'P36 an approval types the name of the guest', as: 'api', given: review({ reviewer: (f) => f.reviewer(), typed: 'another-guest' }), sql: reviewSql, refused: ['SL036', 'the typed name is not the name of the guest'] },
  { it: 'P36 an approval types a name', as: 'api', given: review({ reviewer: (f) => f.reviewer(), typed: null }), sql: reviewSql, refused: ['SL036', 'the typed name'] },
  { it: 'P8 an approval comes before the request expires', as: 'api', given: review({ reviewer: (f) => f.reviewer(), later: 86_401 }), sql: reviewSql, refused: ['SL008', 'the time to approve ended'] },
  { it: 'P4 a request that was approved takes no further approval', as: 'api', sql: reviewSql, refused: ['SL018', 'request is approved, not in review'],
    given: async (f) => { const request = await f.request('approved'); return [request.id, await f.reviewer(), request.digest, request.guest.name]; } },
  { it: 'P18 a review is not rewritten', as: ['api', 'worker', 'deleter', 'scheduler'], given: requestIn('vetoed'), sql: "update deletion_reviews set decision = 'approve' where request_id = $1", refused: noRight('table deletion_reviews') },
  { it: 'P18 a veto is not taken back', as: 'owner', given: requestIn('vetoed'), sql: 'delete from deletion_reviews where request_id = $1', refused: appendOnly },
];

const requests: readonly Case[] = [
  { it: 'P18 one approval does not stand for two', as: 'api', given: async (f) => { const request = await f.request('in-review', { threshold: 2 }); await f.approve(request, await f.reviewer()); return [request.id]; }, sql: moveTo('approved', approvedNow), refused: ['SL019', '1 of 2 approvals stand'] },
  { it: 'P18 no approval is no approval', as: 'api', given: requestIn('in-review'), sql: moveTo('approved', approvedNow), refused: ['SL019', '0 of 1 approvals stand'] },
  { it: 'P18 one veto beats the approvals', as: 'api', sql: moveTo('approved', approvedNow), refused: ['SL018', 'one veto is final'],
    given: async (f) => { const request = await f.request('in-review'); await f.db.api.change("insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, reason) values ($1, $2, 'veto', $3, 'card', sluice_now(), 'no')", [request.id, await f.reviewer(), request.digest]); await f.approve(request, await f.reviewer()); return [request.id]; } },
  { it: 'P18 a vetoed request is not opened again', as: 'api', given: requestIn('vetoed'), sql: moveTo('in-review', 'ended_at = null'), refused: ['SL002', 'does not go from vetoed to in-review'] },
  { it: 'P18 a threshold is not lowered on the way', as: 'api', given: requestIn('in-review', { threshold: 2 }), sql: 'update deletion_requests set threshold = 1 where id = $1', refused: ['SL018', 'frozen into the request'] },
  { it: 'P17 an originator is not struck out', as: ['api', 'worker'], given: requestIn('in-review'), sql: "update deletion_requests set originators = '{nobody}' where id = $1", refused: ['SL018', 'frozen into the request'] },
  { it: 'P13 a request is not turned to another guest', as: ['worker', 'deleter'], given: requestIn('approved'), sql: 'update deletion_requests set guest_id = gen_random_uuid(), vmid = 666 where id = $1', refused: ['SL018', 'frozen into the request'] },
  { it: 'P20 power off is not added after it was asked', as: 'worker', given: requestIn('approved'), sql: "update deletion_requests set power_off = 'shutdown-then-stop' where id = $1", refused: ['SL018', 'frozen into the request'] },
  { it: 'P23 the hourly limit is not raised on the way', as: 'deleter', given: requestIn('waiting'), sql: 'update deletion_requests set max_per_hour = 1000 where id = $1', refused: ['SL018', 'frozen into the request'] },
  { it: 'P8 the time to approve is not made longer', as: 'scheduler', given: requestIn('in-review'), sql: "update deletion_requests set approve_by = approve_by + interval '1 day' where id = $1", refused: ['SL018', 'frozen into the request'] },
  { it: 'P16 a request does not begin approved', as: 'worker', given: aCluster, sql: insertRequest('lab', 60).replace('approve_by)', "approve_by, state)").replace(/\)$/, ", 'approved')"), refused: ['SL002', 'a request begins as requested'] },
  { it: 'P8 a request does not begin with a time to start', as: 'worker', given: aCluster, sql: insertRequest('lab', 60).replace('approve_by)', 'approve_by, start_by)').replace(/\)$/, ", sluice_now() + interval '9 days')"), refused: ['SL002', 'nothing that only a later state may set'] },
  { it: 'P16 neither deleter nor scheduler asks for a deletion', as: ['deleter', 'scheduler'], given: aCluster, sql: insertRequest('lab', 60), refused: noRight('table deletion_requests') },
  { it: 'P16 a request is not made by hand as the owner', as: 'owner', given: aCluster, sql: insertRequest('lab', 60), refused: ['SL016', 'requests are made by api and worker'] },
  { it: 'P16 a request does not skip its review', as: ['worker', 'api', 'deleter'], given: requestIn('requested'), sql: moveTo('approved', approvedNow), refused: ['SL002', 'does not go from requested to approved'] },
  { it: 'P16 a request does not skip its window', as: 'deleter', given: requestIn('approved'), sql: moveTo('destroying', "waits_until = approved_at + interval '1 hour', baseline = '{}', quarantine = '{}'"), refused: ['SL002', 'does not go from approved to destroying'] },
  { it: 'P16 only the worker brings a request into review', as: ['api', 'deleter', 'scheduler'], given: requestIn('requested'), sql: moveTo('in-review'), refused: ['SL016', 'may not move a deletion request from requested to in-review'] },
  { it: 'P16 only the api approves', as: ['worker', 'deleter', 'scheduler'], given: async (f) => { const request = await f.request('in-review'); await f.approve(request, await f.reviewer()); return [request.id]; }, sql: moveTo('approved', approvedNow), refused: ['SL016', 'may not move a deletion request from in-review to approved'] },
  { it: 'P16 only the worker quarantines', as: ['api', 'deleter', 'scheduler'], given: requestIn('approved'), sql: moveTo('quarantining'), refused: ['SL016', 'from approved to quarantining'] },
  { it: 'P16 only the deleter begins to destroy', as: ['api', 'worker', 'scheduler', 'owner'], given: due(), sql: moveTo('destroying'), refused: ['SL016', 'from waiting to destroying'] },
  { it: 'P16 only the deleter says destroyed', as: ['api', 'worker', 'scheduler'], given: requestIn('destroying'), sql: moveTo('destroyed', 'ended_at = sluice_now()'), refused: ['SL016', 'from destroying to destroyed'] },
  { it: 'P22 nothing is cancelled once destroying is committed', as: ['api', 'worker', 'deleter'], given: requestIn('destroying'), sql: moveTo('cancelled', ended), refused: ['SL002', 'does not go from destroying to cancelled'] },
  { it: 'P22 a cancelled request does not come back', as: ['worker', 'deleter'], given: requestIn('cancelled'), sql: moveTo('in-review', 'ended_at = null'), refused: ['SL002', 'does not go from cancelled'] },
  { it: 'P29 a request that needs a human does not go on by itself', as: 'deleter', given: requestIn('needs-human'), sql: moveTo('destroying', 'ended_at = null'), refused: ['SL002', 'does not go from needs-human to destroying'] },
  { it: 'P30 a no without a reason is not written', as: 'api', given: requestIn('in-review'), sql: moveTo('cancelled', 'ended_at = sluice_now()'), refused: ['23514', 'no_is_explained'] },
  { it: 'P19 a right that was taken away before quarantine stops the request', as: 'worker', sql: moveTo('quarantining'), refused: ['SL019', '0 of 1 approvals stand'],
    given: async (f) => { const request = await f.request('approved'); await f.db.owner.change("delete from person_permissions where person_id = $1 and permission = 'approve_deletion'", [request.reviewer]); return [request.id]; } },
  { it: 'P19 a right that was taken away in the window stops the destroy', as: 'deleter', sql: moveTo('destroying'), refused: ['SL019', '0 of 1 approvals stand'],
    given: async (f) => { const request = await f.request('waiting'); await f.passTime(61); await f.db.owner.change('update people set active = false where id = $1', [request.reviewer]); return [request.id]; } },
  { it: 'P17 an approver who turns out to be the originator stops the destroy', as: 'deleter', sql: moveTo('destroying'), refused: ['SL019', '0 of 1 approvals stand'],
    given: async (f) => { const request = await f.request('waiting'); await f.passTime(61); await f.db.owner.change('update people set same_as = $2 where id = $1', [request.reviewer, await f.person({ netbox: 7 })]); return [request.id]; } },
  { it: 'P19 two accounts that turn out to be one person are one approval', as: 'worker', sql: moveTo('quarantining'), refused: ['SL019', '1 of 2 approvals stand'],
    given: async (f) => { const request = await f.request('in-review', { threshold: 2 }); const [one, other] = [await f.reviewer(), await f.reviewer()]; await f.approve(request, one); await f.approve(request, other); await f.db.api.change(moveTo('approved', approvedNow), [request.id]); await f.db.owner.change('update people set same_as = $2 where id = $1', [one, other]); return [request.id]; } },
  { it: 'P7 a guest has one live request', as: 'worker', sql: "insert into deletion_requests select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'state', 'requested', 'approved_at', null))).* from deletion_requests d where id = $1", given: requestIn('in-review'), refused: ['23505', 'one_live_request_per_guest'] },
  { it: 'P24 a request is kept for ever', as: ['worker', 'api', 'deleter'], given: requestIn('cancelled'), sql: 'delete from deletion_requests where id = $1', refused: noRight('table deletion_requests') },
  { it: 'P24 a request is kept for ever by its owner too', as: 'owner', given: requestIn('cancelled'), sql: 'delete from deletion_requests where id = $1', refused: appendOnly },
];

const windows: readonly Case[] = [
  { it: 'P22 a window has a minimum in a lab', as: 'worker', given: aCluster, sql: insertRequest('lab', 0), refused: ['23514', 'window_has_a_minimum'] },
  { it: 'P22 a window is an hour at least in a live database', as: 'worker', given: live, sql: insertRequest('live', 3599), refused: ['23514', 'window_has_a_minimum'] },
  { it: "P22 a live database takes no lab's window", as: 'worker', given: live, sql: insertRequest('lab', 1), refused: ['23503', 'deletion_requests_mode_fkey'] },
  { it: 'P22 a window is not shortened', as: ['worker', 'deleter'], given: requestIn('waiting'), sql: 'update deletion_requests set window_seconds = 1 where id = $1', refused: ['SL018', 'frozen into the request'] },
  { it: 'P22 the end of a window is not moved', as: ['worker', 'deleter', 'api', 'scheduler'], given: requestIn('waiting'), sql: 'update deletion_requests set waits_until = sluice_now() where id = $1', refused: ['SL022', 'set once'] },
  { it: 'P22 a window is not made shorter than what was frozen', as: 'worker', given: requestIn('quarantining'), sql: moveTo('waiting', "waits_until = approved_at + interval '59 seconds', baseline = '{}', quarantine = '{}'"), refused: ['23514', 'window_is_kept'] },
  { it: 'P22 an approval is not dated back', as: 'api', given: async (f) => { const request = await f.request('in-review'); await f.approve(request, await f.reviewer()); return [request.id]; }, sql: moveTo('approved', "approved_at = sluice_now() - interval '1 hour', start_by = sluice_now() + interval '1 day'"), refused: ['SL022', 'approved_at is now'] },
  { it: 'P22 a baseline is not taken anew to fit', as: ['worker', 'deleter'], given: requestIn('waiting'), sql: `update deletion_requests set baseline = '{"other": 1}' where id = $1`, refused: ['SL022', 'set once'] },
  { it: 'P6 a window without a baseline is no window', as: 'worker', given: requestIn('quarantining'), sql: moveTo('waiting', "waits_until = approved_at + interval '1 hour', quarantine = '{}'"), refused: ['23514', 'waiting_has_baseline'] },
  { it: 'P22 nothing is destroyed before the window ends', as: 'deleter', given: requestIn('waiting'), sql: moveTo('destroying'), refused: ['SL022', 'the recovery window ends at'] },
  { it: 'P8 an old approval does not begin a quarantine', as: 'worker', given: async (f) => { const request = await f.request('approved'); await f.passTime(86_401); return [request.id]; }, sql: moveTo('quarantining'), refused: ['SL008', 'the approval had to be used before'] },
  { it: 'P8 an old approval opens no window', as: 'worker', given: async (f) => { const request = await f.request('quarantining'); await f.passTime(86_401); return [request.id]; }, sql: moveTo('waiting', "waits_until = sluice_now() + interval '1 hour', baseline = '{}', quarantine = '{}'"), refused: ['SL008', 'the approval had to be used before'] },
  { it: 'P8 an old approval is not used', as: 'deleter', given: async (f) => { const request = await f.request('waiting'); await f.passTime(86_401); return [request.id]; }, sql: moveTo('destroying'), refused: ['SL008', 'the approval had to be used before'] },
  { it: 'P8 the time to start is not made longer', as: 'deleter', given: requestIn('waiting'), sql: "update deletion_requests set start_by = start_by + interval '1 day' where id = $1", refused: ['SL022', 'set once'] },
  { it: 'P8 the clock of a live database is not shifted', as: 'owner', given: async (f) => { await live(f); return []; }, sql: "update settings set clock_shift = interval '1 day'", refused: ['23514', 'only_a_lab_shifts_its_clock'] },
  { it: 'P8 no process shifts a clock or changes the mode', as: runtime, sql: "update settings set clock_shift = interval '1 day', mode = 'lab'", refused: noRight('table settings') },
];

const blast: readonly Case[] = [
  { it: 'P23 one guest is destroyed at a time', as: 'deleter', given: async (f) => { const other = await f.request('waiting'); await f.request('destroying'); return [other.id]; }, sql: moveTo('destroying'), refused: ['23505', 'one_destroying'] },
  { it: 'P23 no more guests an hour than the limit', as: 'deleter', given: async (f) => { await f.request('destroyed'); await f.request('destroyed'); return due({ maxPerHour: 2 })(f); }, sql: moveTo('destroying'), refused: ['SL023', 'at most 2 destroys per hour on cluster pve-a'] },
  { it: 'P23 the first surprise stops the rest', as: 'deleter', given: async (f) => { await f.request('needs-human'); return due()(f); }, sql: moveTo('destroying'), refused: ['SL023', 'an earlier request on cluster pve-a needs a human first'] },
  { it: 'P23 only the api tells that a human has looked', as: ['deleter', 'worker', 'scheduler'], given: async (f) => [(await f.request('needs-human')).id, await f.person()], sql: 'update deletion_requests set acknowledged_by = $2 where id = $1', refused: ['SL016', 'acknowledged through the api'] },
  { it: 'P24 nothing is destroyed without a tombstone', as: 'deleter', given: due({ tombstone: false }), sql: moveTo('destroying'), refused: ['SL024', 'no destroy without a tombstone'] },
  { it: 'P24 a tombstone is not rewritten by any process', as: runtime, given: requestIn('waiting'), sql: "update tombstones set proxmox_record = '{}' where request_id = $1", refused: noRight('table tombstones') },
  { it: 'P24 a tombstone is not rewritten by its owner', as: 'owner', given: requestIn('waiting'), sql: "update tombstones set proxmox_record = '{}' where request_id = $1", refused: appendOnly },
  { it: 'P24 a tombstone is not deleted by its owner', as: 'owner', given: requestIn('waiting'), sql: 'delete from tombstones where request_id = $1', refused: appendOnly },
  { it: 'P24 a tombstone is not made by the deleter', as: 'deleter', given: requestIn('quarantining'), sql: "insert into tombstones (request_id, guest_id, netbox_record, proxmox_record) values ($1, gen_random_uuid(), '{}', '{}')", refused: noRight('table tombstones') },
];

const destroyRow = async (f: Fixtures, by: 'worker' | 'deleter' = 'deleter', state: 'waiting' | 'destroying' = 'destroying') => {
  const request = await f.request(state);
  return { request, effect: await f.effect({ holderKind: 'request', holderId: request.id, guest: request.guest, kind: 'destroy', step: 'destroy', by }) };
};
const secondDestroy = "insert into effects (holder_kind, holder_id, step, kind, cluster, vmid, guest_id, request, fence) select holder_kind, holder_id, 'again', kind, cluster, vmid, guest_id, request, fence from effects where id = $1";
const callNow = "update effects set state = 'called', called_at = sluice_now() where id = $1";

const effects: readonly Case[] = [
  { it: 'P27 a request has one destroy', as: 'deleter', given: async (f) => [(await destroyRow(f)).effect.id], sql: secondDestroy, refused: ['23505', 'one_destroy_per_request'] },
  { it: 'P27 a destroy that was called is not called again', as: 'deleter', given: async (f) => { const { effect } = await destroyRow(f); await f.db.deleter.change(callNow, [effect.id]); await f.db.deleter.change("update effects set state = 'unknown' where id = $1", [effect.id]); return [effect.id]; }, sql: callNow, refused: ['SL002', 'does not go from unknown to called'] },
  { it: 'P27 a destroy is not moved out of the way', as: 'deleter', given: async (f) => { const { effect } = await destroyRow(f); return [effect.id, (await f.request('in-review')).id]; }, sql: 'update effects set holder_id = $2 where id = $1', refused: ['SL001', 'not rewritten'] },
  { it: 'P27 a destroy needs a request in destroying', as: 'deleter', given: async (f) => [(await destroyRow(f, 'deleter', 'waiting')).effect.id], sql: callNow, refused: ['SL027', 'needs a request in destroying'] },
  { it: 'P27 a job cannot hold a destroy', as: 'deleter', given: async (f) => { const { guest, job } = await running(f); return [(await f.effect({ holderKind: 'job', holderId: job, guest, kind: 'destroy', by: 'deleter' })).id]; }, sql: callNow, refused: ['SL027', 'needs a request in destroying'] },
  { it: 'P16 the worker does not destroy', as: 'worker', given: async (f) => [(await destroyRow(f, 'worker')).effect.id], sql: callNow, refused: ['SL016', 'only the deleter destroys'] },
  { it: 'P11 destroyed needs a confirmed destroy', as: 'deleter', given: async (f) => { const { request, effect } = await destroyRow(f); await f.db.deleter.change(callNow, [effect.id]); return [request.id]; }, sql: moveTo('destroyed', 'ended_at = sluice_now()'), refused: ['SL011', 'destroyed needs a confirmed destroy'] },
  { it: 'P23 a destroy is not dated back out of the hour', as: 'deleter', given: async (f) => [(await f.request('destroyed')).destroyEffect], sql: "update effects set called_at = called_at - interval '2 hours' where id = $1", refused: ['SL001', 'not rewritten'] },
  { it: 'P23 a destroy is not called in the past', as: 'deleter', given: async (f) => [(await destroyRow(f)).effect.id], sql: "update effects set state = 'called', called_at = sluice_now() - interval '2 hours' where id = $1", refused: ['SL025', 'called_at is now'] },
  { it: 'P13 an intent is not turned to another VMID', as: 'worker', given: jobEffect('intended'), sql: 'update effects set vmid = vmid + 1 where id = $1', refused: ['SL001', 'not rewritten'] },
  { it: 'P25 an effect does not begin as called', as: 'worker', given: async (f) => { const { guest, job } = await running(f); return [job, guest.cluster, guest.vmid, guest.guestId]; }, sql: insertEffect('configure', 'called', '1'), refused: ['SL025', 'an effect begins as intended'] },
  { it: 'P25 an effect is not confirmed without a call', as: 'worker', given: jobEffect('intended'), sql: "update effects set state = 'confirmed', called_at = sluice_now(), settled_at = sluice_now(), outcome = '{}' where id = $1", refused: ['SL002', 'does not go from intended to confirmed'] },
  { it: 'P25 a call is not forgotten', as: 'worker', given: jobEffect('called'), sql: "update effects set state = 'intended', called_at = null where id = $1", refused: ['SL002', 'does not go from called to intended'] },
  { it: 'P26 a call that was made is not made again', as: 'worker', given: jobEffect('confirmed'), sql: "update effects set state = 'called', settled_at = null where id = $1", refused: ['SL002', 'does not go from confirmed to called'] },
  { it: 'P25 an effect is not deleted by any process', as: runtime, given: jobEffect('intended'), sql: 'delete from effects where id = $1', refused: noRight('table effects') },
  { it: 'P25 an effect is not deleted by its owner', as: 'owner', given: jobEffect('intended'), sql: 'delete from effects where id = $1', refused: appendOnly },
  { it: 'P25 what was intended is not rewritten', as: 'worker', given: jobEffect('called'), sql: `update effects set request = '{"cores": 64}' where id = $1`, refused: ['SL001', 'not rewritten'] },
  { it: 'P25 the api and the scheduler send nothing', as: ['api', 'scheduler'], given: async (f) => { const { guest, job } = await running(f); return [job, guest.cluster, guest.vmid, guest.guestId]; }, sql: insertEffect('configure', 'intended', '1'), refused: noRight('table effects') },
  { it: 'P28 a superseded worker intends nothing', as: 'worker', given: async (f) => { const { guest, job } = await running(f); await f.db.worker.change('update apply_jobs set fence = 2 where id = $1', [job]); return [job, guest.cluster, guest.vmid, guest.guestId]; }, sql: insertEffect('configure', 'intended', '1'), refused: ['SL028', 'superseded: this worker holds fence 1, the job has 2'] },
  { it: 'P28 a superseded worker calls nothing', as: 'worker', given: async (f) => { const { guest, job } = await running(f); const effect = await f.effect({ holderKind: 'job', holderId: job, guest }); await f.db.worker.change('update apply_jobs set fence = 2 where id = $1', [job]); return [effect.id]; }, sql: `${callNow} and fence = 1`, refused: ['SL028', 'superseded'] },
  { it: 'P28 a superseded deleter calls nothing', as: 'deleter', given: async (f) => { const { request, effect } = await destroyRow(f); await f.db.deleter.change('update deletion_requests set fence = fence + 1 where id = $1', [request.id]); return [effect.id]; }, sql: callNow, refused: ['SL028', 'superseded'] },
  { it: "P28 a job's fence does not go back", as: ['worker', 'api', 'scheduler'], given: async (f) => [(await running(f)).job], sql: 'update apply_jobs set fence = 0 where id = $1', refused: ['SL028', 'a fence never goes back'] },
  { it: "P28 a request's fence does not go back", as: ['worker', 'deleter'], given: async (f) => { const { id } = await f.request('in-review'); await f.db.worker.change('update deletion_requests set fence = 3 where id = $1', [id]); return [id]; }, sql: 'update deletion_requests set fence = 2 where id = $1', refused: ['SL028', 'a fence never goes back'] },
  { it: 'P7 a guest has one live claim', as: 'worker', given: async (f) => { const { guestId } = await f.guest(); await f.db.worker.change("insert into guest_claims (guest_id, holder_kind, holder_id) values ($1, 'job', gen_random_uuid())", [guestId]); return [guestId]; }, sql: "insert into guest_claims (guest_id, holder_kind, holder_id) values ($1, 'request', gen_random_uuid())", refused: ['23505', 'one_live_claim_per_guest'] },
  { it: 'P14 a VMID is not struck from the ledger', as: runtime, given: async (f) => [(await f.guest()).vmid], sql: 'delete from vmid_ledger where vmid = $1', refused: noRight('table vmid_ledger') },
  { it: 'P14 the ledger of VMIDs is not rewritten by its owner', as: 'owner', given: async (f) => [(await f.guest()).vmid], sql: 'update vmid_ledger set vmid = vmid + 1 where vmid = $1', refused: appendOnly },
  { it: 'P1 the id that a guest would be taken in by is not rewritten', as: 'owner', given: async (f) => { await f.db.worker.change("insert into adoptions (guest_id, netbox, netbox_vm_id) values (gen_random_uuid(), 'main', 1)"); return []; }, sql: 'update adoptions set netbox_vm_id = 2', refused: appendOnly },
  { it: 'P1 nobody but the worker gives such an id', as: ['api', 'scheduler', 'deleter'], given: async () => [], sql: "insert into adoptions (guest_id, netbox, netbox_vm_id) values (gen_random_uuid(), 'main', 1)", refused: noRight('table adoptions') },
  { it: 'P13 a VMID has one live guest', as: 'worker', given: async (f) => [(await f.guest()).guestId], sql: 'insert into guest_links (guest_id, netbox, cluster, vmid, kind, uuid, state) select gen_random_uuid(), netbox, cluster, vmid, kind, gen_random_uuid(), state from guest_links where guest_id = $1', refused: ['23505', 'one_live_link_per_vmid'] },
];

const gates: readonly Case[] = [
  { it: 'P31 nothing is called in a freeze', as: 'worker', given: async (f) => { const params = await jobEffect('intended')(f); await frozenBy(f); return params; }, sql: callNow, refused: ['SL031', 'frozen'] },
  { it: 'P31 nothing is destroyed in a freeze', as: 'deleter', given: async (f) => { const params = await due()(f); await frozenBy(f); return params; }, sql: moveTo('destroying'), refused: ['SL031', 'frozen'] },
  { it: 'P31 the person who froze does not unfreeze', as: 'api', given: async (f) => { const { id, person } = await frozenBy(f); return [id, person]; }, sql: unfreeze, refused: ['SL017', 'second person'] },
  { it: 'P31 a linked account of who froze does not unfreeze', as: 'api', given: async (f) => { const { id, person } = await frozenBy(f); return [id, await f.person({ sameAs: person })]; }, sql: unfreeze, refused: ['SL017', 'unfreezing takes a second person'] },
  { it: 'P31 it is not rewritten who froze', as: 'api', given: async (f) => { const { id } = await frozenBy(f); return [id, await f.person()]; }, sql: 'update freezes set frozen_by = $2 where id = $1', refused: ['SL001', 'never rewritten'] },
  { it: 'P31 a freeze is not deleted', as: runtime, given: async (f) => [(await frozenBy(f)).id], sql: 'delete from freezes where id = $1', refused: noRight('table freezes') },
  { it: 'P31 only the api unfreezes', as: ['worker', 'deleter', 'scheduler'], given: async (f) => { const { id } = await frozenBy(f); return [id, await f.person()]; }, sql: unfreeze, refused: noRight('table freezes') },
  { it: 'P32 a file makes the first policy only', as: 'api', given: async (f) => { await f.policy(); return [2, '{}', 'configuration', null]; }, sql: insertVersion, refused: ['SL032', 'seeds the first policy only'] },
  { it: 'P32 a version has a decided proposal', as: 'api', given: async (f) => [2, canonicalJson(labPolicy), 'proposal', (await proposal('proposed')(f)).id], sql: insertVersion, refused: ['SL032', 'no active proposal with this content'] },
  { it: 'P32 a version has the content of its proposal', as: 'api', given: async (f) => [2, '{"deletion": {"threshold": 0}}', 'proposal', (await proposal('active')(f)).id], sql: insertVersion, refused: ['SL032', 'no active proposal with this content'] },
  { it: 'P32 a version is not skipped', as: 'api', given: async (f) => [3, canonicalJson(labPolicy), 'proposal', (await proposal('active')(f)).id], sql: insertVersion, refused: ['SL002', 'policy versions follow each other'] },
  { it: 'P32 a proposal that is said to weaken nothing does not weaken', as: 'api', sql: insertVersion, refused: ['SL032', 'this version weakens deletion.windowSeconds'],
    given: async (f) => { const body = { ...labPolicy, deletion: { ...labPolicy.deletion, windowSeconds: 1 } }; return [2, canonicalJson(body), 'proposal', (await proposal('active', [], body)(f)).id]; } },
  { it: 'P32 a policy is not rewritten by any process', as: runtime, given: async (f) => { await f.policy(); return []; }, sql: "update policy_versions set body = '{}'", refused: noRight('table policy_versions') },
  { it: 'P32 a policy is not rewritten by its owner', as: 'owner', given: async (f) => { await f.policy(); return []; }, sql: "update policy_versions set body = '{}'", refused: appendOnly },
  { it: 'P32 who proposes a weaker gate does not approve it', as: 'api', given: async (f) => { const { id, author } = await proposal('proposed')(f); return [id, author]; }, sql: "update policy_proposals set state = 'active', approved_by = $2 where id = $1", refused: ['SL017', 'another person than its author'] },
  { it: 'P32 a linked account does not approve it either', as: 'api', given: async (f) => { const { id, author } = await proposal('proposed')(f); return [id, await f.person({ sameAs: author })]; }, sql: "update policy_proposals set state = 'active', approved_by = $2 where id = $1", refused: ['SL017', 'another person than its author'] },
  { it: 'P32 a weaker gate is not active by itself', as: 'api', given: async (f) => [(await proposal('proposed')(f)).id], sql: "update policy_proposals set state = 'active' where id = $1", refused: ['23514', 'weakening_needs_a_second_person'] },
  { it: 'P32 a proposal is not rewritten before it is approved', as: 'api', given: async (f) => { const { id, second } = await proposal('proposed')(f); return [id, second]; }, sql: "update policy_proposals set weakens = '{}', state = 'active', approved_by = $2 where id = $1", refused: ['SL001', 'never rewritten'] },
  { it: 'P32 a vetoed proposal is not approved', as: 'api', given: async (f) => { const { id, second } = await proposal('vetoed')(f); return [id, second]; }, sql: "update policy_proposals set state = 'active', approved_by = $2 where id = $1", refused: ['SL001', 'decided once'] },
  { it: 'A1 P32 a proposal does not let anything be sent by another word than the phrase', as: 'api', given: async (f) => [await f.person()], sql: "insert into policy_proposals (body, weakens, reason, proposed_by) values ('{\"intent\": {\"allow\": true}}', '{}', 'x', $1)", refused: ['23514', 'consent_is_the_phrase'] },
  { it: 'A1 P32 nor does the first policy', as: 'owner', given: () => Promise.resolve([]), sql: "insert into policy_versions (version, body, origin) values (1, '{\"intent\": {\"allow\": \"yes\"}}', 'configuration')", refused: ['23514', 'consent_is_the_phrase'] },
  { it: 'P32 only the api writes proposals', as: ['worker', 'deleter', 'scheduler'], given: async (f) => [await f.person()], sql: "insert into policy_proposals (body, weakens, reason, proposed_by) values ('{}', '{}', 'x', $1)", refused: noRight('table policy_proposals') },
];

const aLine = async (f: Fixtures) => { await f.db.api.rows("select journal_append('spec.line', 'spec', 'spec', '{}')"); return []; };
const journal: readonly Case[] = [
  { it: 'P37 a line is not forged past journal_append', as: runtime, sql: "insert into journal_entries values (1, sluice_now(), 'deletion.approved', 'request:x', 'person:anna', '{}', repeat('0', 64), 'made-up')", refused: noRight('table journal_entries') },
  { it: 'P37 a line is not rewritten by any process', as: runtime, given: aLine, sql: "update journal_entries set actor = 'person:somebody-else'", refused: noRight('table journal_entries') },
  { it: 'P37 a line is not deleted by any process', as: runtime, given: aLine, sql: 'delete from journal_entries', refused: noRight('table journal_entries') },
  { it: 'P37 the head of the chain is not moved', as: runtime, given: aLine, sql: "update journal_head set seq = 0, hash = repeat('0', 64)", refused: noRight('table journal_head') },
  { it: 'P37 a line is not rewritten by its owner', as: 'owner', given: aLine, sql: "update journal_entries set actor = 'person:somebody-else'", refused: appendOnly },
  { it: 'P37 a line is not deleted by its owner', as: 'owner', given: aLine, sql: 'delete from journal_entries', refused: appendOnly },
  { it: 'P37 the journal is not emptied', as: 'owner', given: aLine, sql: 'truncate journal_entries', refused: appendOnly },
  { it: 'P37 a line does not pretend to be two', as: 'worker', sql: "select journal_append(E'spec.line\\nfake', 'spec', 'spec', '{}')", refused: ['23514', 'journal_entries_kind_check'] },
  { it: 'P37 a process does not become another login', as: ['api', 'worker', 'scheduler'], sql: 'set session authorization sluice_deleter', refused: ['42501', 'permission denied to set session authorization'] },
  { it: 'P37 a process does not take the role of another', as: ['api', 'worker', 'scheduler'], sql: 'set role sluice_deleter', refused: ['42501', 'permission denied to set role'] },
  { it: 'P37 a process does not switch triggers off', as: runtime, sql: 'alter table journal_entries disable trigger all', refused: ['42501', 'must be owner of table journal_entries'] },
  { it: 'P37 a process does not pass by the triggers as a replica', as: runtime, sql: 'set session_replication_role = replica', refused: ['42501', 'permission denied to set parameter'] },
  { it: 'P37 a process does not replace a function of the gates', as: runtime, sql: 'create or replace function is_frozen() returns boolean language sql as $$ select false $$', refused: noRight('schema public') },
  { it: 'P37 a process makes no tables beside ours', as: runtime, sql: 'create table freezes2 (id integer)', refused: noRight('schema public') },
];

let db: TestDatabase;
let fixtures: Fixtures;
beforeAll(async () => {
  db = await testDatabase();
  fixtures = new Fixtures(db);
});
afterEach(() => fixtures.empty());
afterAll(() => db.drop());

describe('the database by itself refuses', () => {
  const groups = { plans, reviews, requests, windows, 'the blast radius': blast, effects, 'freeze and policy': gates, 'the journal': journal };
  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const { it: name, as, given, sql, refused: [code, words] } of cases) {
        const logins = typeof as === 'string' ? [as] : as;
        it(`${name} (${logins.join(', ')})`, async () => {
          const params = given === undefined ? [] : await given(fixtures);
          for (const login of logins) expect({ login, ...(await refusalOf(db, login, sql, params)) }).toEqual({ login, code, text: expect.stringContaining(words) });
        });
      }
    });
  }

  describe('to take a temporary table for its own', () => {
    it('P37 because every function says where it looks', async () => {
      expect(await db.owner.rows("select proname from pg_proc where pronamespace = 'public'::regnamespace and not coalesce(proconfig @> array['search_path=public, pg_temp'], false)")).toEqual([]);
    });

    it.each([
      ['P31 a freeze', 'SL031', 'create temp table freezes (unfrozen_at timestamptz)', (f: Fixtures) => frozenBy(f)],
      ['P19 a right that was taken away', 'SL019', "create temp table person_permissions as select id as person_id, 'approve_deletion'::text as permission from public.people", (f: Fixtures) => f.db.owner.change('delete from person_permissions')],
      ['P18 a veto', 'SL018', "create temp table deletion_reviews as select * from public.deletion_reviews where decision = 'approve'", (f: Fixtures) => vetoPastItsTime(f)],
    ] as const)('%s stands (deleter)', async (_what, code, temporary, arrange) => {
      const request = await fixtures.request('waiting');
      await fixtures.passTime(61);
      await arrange(fixtures);
      const trouble = await db.deleter.transaction(async (tx) => {
        await tx.rows(temporary);
        await tx.change(moveTo('destroying'), [request.id]);
      }).then(() => null, refusal);
      expect(trouble).toMatchObject({ code });
    });
  });
});

describe('the rightful way is open', () => {
  it('P16 P22 for a deletion by all its roles, to the end', async () => {
    const { id } = await fixtures.request('destroyed', { threshold: 1 });
    expect(await db.api.one('select state, undo from deletion_requests where id = $1', [id])).toEqual({ state: 'destroyed', undo: 'none' });
  });

  it('P31 for taking power back in a freeze, and for everything once a second person unfroze', async () => {
    const request = await fixtures.request('destroying');
    const effect = await fixtures.effect({ holderKind: 'request', holderId: request.id, guest: request.guest, kind: 'take-back-user', by: 'deleter' });
    const other = await fixtures.effect({ holderKind: 'request', holderId: request.id, guest: request.guest, kind: 'destroy', by: 'deleter' });
    const { id } = await frozenBy(fixtures);
    expect(await db.deleter.change(callNow, [effect.id])).toBe(1);
    expect(await refusalOf(db, 'deleter', callNow, [other.id])).toMatchObject({ code: 'SL031' });
    await db.api.change(unfreeze, [id, await fixtures.person()]);
    expect(await db.deleter.change(callNow, [other.id])).toBe(1);
  });

  it('P32 for a weaker policy that two people made', async () => {
    const body = { ...labPolicy, deletion: { ...labPolicy.deletion, windowSeconds: 1 } };
    const { id } = await proposal('active', ['deletion.windowSeconds'], body)(fixtures);
    expect(await db.api.change(insertVersion, [2, canonicalJson(body), 'proposal', id])).toBe(1);
  });

  it('P23 for the next deletion once a human has looked at the surprise', async () => {
    const surprise = await fixtures.request('needs-human');
    await db.api.change('update deletion_requests set acknowledged_by = $2 where id = $1', [surprise.id, await fixtures.person()]);
    await fixtures.request('destroyed');
  });
});

/** A veto that the triggers would not take any more: only to see that it is not hidden. */
async function vetoPastItsTime(f: Fixtures): Promise<void> {
  const reviewer = await f.reviewer();
  await f.db.owner.transaction(async (tx) => {
    await tx.rows('set local session_replication_role = replica');
    await tx.change("insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, reason) select id, $1, 'veto', digest, 'card', sluice_now(), 'no' from deletion_requests", [reviewer]);
  });
}

async function refusalOf(db: TestDatabase, login: Login, sql: string, params: readonly unknown[]): Promise<{ readonly code: string; readonly text: string }> {
  // In a transaction that never commits: one case may try several logins.
  const undone = new Error('it was accepted');
  try {
    await db[login].transaction(async (tx) => {
      const changed = await tx.change(sql, params);
      throw Object.assign(undone, { message: `it was accepted (${changed} rows)` });
    });
  } catch (trouble) {
    if (trouble !== undone) return refusal(trouble);
  }
  return { code: 'accepted', text: undone.message };
}

function refusal(trouble: unknown): { readonly code: string; readonly text: string } {
  const { driverError } = trouble as { readonly driverError?: { readonly code?: string; readonly message?: string; readonly constraint?: string } };
  if (driverError === undefined) throw trouble;
  return { code: driverError.code ?? '', text: `${driverError.message ?? ''} ${driverError.constraint ?? ''}` };
}
