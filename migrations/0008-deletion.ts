import type { MigrationInterface, QueryRunner } from 'typeorm';

// Four eyes (P17), frozen thresholds (P18), recovery window (P22), bounded blast (P23), tombstones (P24): kept by the database,
// as the runtime roles and as the owner alike.
export class Deletion1764000000008 implements MigrationInterface {
  readonly name = 'Deletion1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table deletion_requests (
  id uuid primary key default gen_random_uuid(),
  digest text not null,
  content text not null,                     -- canonical JSON of what is asked and frozen; the digest is over exactly this text
  mode text not null references settings (mode),
  cluster text not null references clusters (name),
  guest_id uuid not null,
  vmid integer not null,
  kind text not null check (kind in ('qemu', 'lxc')),
  guest_name text not null,
  node text not null,
  originators text[] not null check (cardinality(originators) > 0),
  threshold integer not null check (threshold >= 1),
  window_seconds integer not null,
  max_per_hour integer not null check (max_per_hour >= 1),
  power_off text not null check (power_off in ('refuse', 'shutdown', 'shutdown-then-stop')),
  merge_id uuid references merges (id),
  plan_id uuid references plans (id),
  requested_by text not null,
  reason text not null,
  netbox text not null,
  netbox_vm_id integer,
  netbox_record_removed boolean not null,    -- a merged delete has already removed it (P24)
  evidence jsonb not null,                   -- gates as they were seen when asked
  state text not null default 'requested' check (state in ('requested', 'refused', 'in-review', 'vetoed', 'approved', 'quarantining', 'waiting', 'cancelled', 'expired', 'destroying', 'destroyed', 'gone-outside', 'needs-human')),
  version integer not null default 0,
  fence integer not null default 0,
  requested_at timestamptz not null default sluice_now(),
  approve_by timestamptz not null,
  approved_at timestamptz,
  start_by timestamptz,                      -- the second, shorter expiry (P8)
  waits_until timestamptz,
  baseline jsonb,                            -- taken after our own last quarantine write (P22)
  quarantine jsonb,                          -- what we did: {tagged, poweredOff}
  hold jsonb,                                -- why it is not destroyed although its time has come; null = nothing holds it
  refusal jsonb,
  changed_at timestamptz not null default sluice_now(),   -- a view older than this is stale (P36)
  ended_at timestamptz,
  ended_by text,
  undo text not null default 'none' check (undo in ('none', 'pending', 'done', 'needs-human')),
  undo_detail jsonb,
  acknowledged_by uuid references people (id),
  constraint digest_names_content check (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
  constraint window_has_a_minimum check (window_seconds >= case mode when 'lab' then 1 else 3600 end),
  constraint approved_has_its_times check (state not in ('approved', 'quarantining', 'waiting', 'destroying', 'destroyed') or (approved_at is not null and start_by is not null)),
  constraint waiting_has_baseline check (state not in ('waiting', 'destroying', 'destroyed') or (waits_until is not null and baseline is not null and quarantine is not null)),
  constraint window_is_kept check (waits_until is null or waits_until >= approved_at + make_interval(secs => window_seconds)),
  constraint no_is_explained check (state not in ('refused', 'needs-human', 'expired', 'cancelled', 'vetoed', 'gone-outside') or refusal is not null),
  constraint ended_has_its_time check ((state in ('refused', 'vetoed', 'cancelled', 'expired', 'destroyed', 'gone-outside', 'needs-human')) = (ended_at is not null)),
  constraint undo_follows_an_end check (undo = 'none' or state in ('refused', 'vetoed', 'cancelled', 'expired', 'needs-human'))
);
-- P23: one at a time, everywhere.
create unique index one_destroying on deletion_requests ((true)) where state = 'destroying';
create unique index one_live_request_per_guest on deletion_requests (guest_id) where state in ('requested', 'in-review', 'approved', 'quarantining', 'waiting', 'destroying');

create table deletion_reviews (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null references deletion_requests (id),
  reviewer uuid not null references people (id),
  decision text not null check (decision in ('approve', 'veto')),
  digest text not null,                      -- an approval names exactly one digest (P3)
  shown text not null,                       -- what the reviewer was shown (P3)
  viewed_at timestamptz not null,
  typed_name text,
  reason text not null check (reason <> ''),
  at timestamptz not null default sluice_now(),
  unique (request_id, reviewer),
  constraint approval_types_the_name check (decision <> 'approve' or typed_name is not null)
);
create trigger reviews_are_append_only before update or delete on deletion_reviews for each row execute function refuse_change();

create function check_review() returns trigger language plpgsql as $$
declare r deletion_requests;
begin
  select * into strict r from deletion_requests where id = new.request_id for update;
  if r.state <> 'in-review' then raise exception 'request is %, not in review', r.state using errcode = 'SL018'; end if;
  if r.digest <> new.digest then raise exception 'the review names digest %, the request is %', left(new.digest, 8), left(r.digest, 8) using errcode = 'SL003'; end if;
  if r.approve_by <= sluice_now() then raise exception 'the time to approve ended at %', r.approve_by using errcode = 'SL008'; end if;
  if not exists (select 1 from people p join person_permissions pp on pp.person_id = p.id where p.id = new.reviewer and p.active and pp.permission = 'approve_deletion') then
    raise exception 'the reviewer does not hold approve_deletion now' using errcode = 'SL019';
  end if;
  if new.decision = 'approve' and person_keys(new.reviewer) && r.originators then
    raise exception 'four eyes: the reviewer asked for, authored or merged this deletion' using errcode = 'SL017';
  end if;
  if exists (select 1 from deletion_reviews v where v.request_id = new.request_id and person_keys(v.reviewer) && person_keys(new.reviewer)) then
    raise exception 'this person has already reviewed, under this or a linked account' using errcode = 'SL017';
  end if;
  if new.decision = 'approve' and new.typed_name is distinct from r.guest_name then
    raise exception 'the typed name is not the name of the guest' using errcode = 'SL036';
  end if;
  return new;
end $$;
create trigger review_four_eyes before insert on deletion_reviews for each row execute function check_review();

-- Approvals that still count: the reviewer is still active, still allowed, still no originator, and of accounts that were
-- linked after they reviewed only one counts (P19).
create function standing_approvals(p_request uuid) returns integer language sql stable as $$
  select count(*)::integer from deletion_reviews v
  join deletion_requests r on r.id = v.request_id
  join people p on p.id = v.reviewer
  where v.request_id = p_request and v.decision = 'approve' and v.digest = r.digest and p.active
    and exists (select 1 from person_permissions pp where pp.person_id = p.id and pp.permission = 'approve_deletion')
    and not person_keys(v.reviewer) && r.originators
    and not exists (select 1 from deletion_reviews o where o.request_id = v.request_id and o.decision = 'approve' and o.id < v.id and person_keys(o.reviewer) && person_keys(v.reviewer))
$$;

create function check_deletion_request() returns trigger language plpgsql as $$
declare allowed text[];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'requested' or num_nonnulls(new.approved_at, new.start_by, new.waits_until, new.baseline, new.quarantine, new.ended_at, new.acknowledged_by) > 0 then
      raise exception 'a request begins as requested, and with nothing that only a later state may set' using errcode = 'SL002';
    end if;
    if session_user <> 'sluice_worker' and session_user <> 'sluice_api' then raise exception 'requests are made by api and worker' using errcode = 'SL016'; end if;
    return new;
  end if;
  if (new.content, new.digest, new.mode, new.cluster, new.guest_id, new.vmid, new.kind, new.guest_name, new.originators, new.threshold, new.window_seconds, new.max_per_hour, new.power_off, new.requested_by, new.requested_at, new.approve_by, new.netbox_record_removed)
     is distinct from
     (old.content, old.digest, old.mode, old.cluster, old.guest_id, old.vmid, old.kind, old.guest_name, old.originators, old.threshold, old.window_seconds, old.max_per_hour, old.power_off, old.requested_by, old.requested_at, old.approve_by, old.netbox_record_removed) then
    raise exception 'what was asked is frozen into the request' using errcode = 'SL018';
  end if;
  if new.fence < old.fence then raise exception 'a fence never goes back' using errcode = 'SL028'; end if;
  if (old.waits_until is not null and new.waits_until is distinct from old.waits_until) or (old.approved_at is not null and new.approved_at is distinct from old.approved_at)
     or (old.baseline is not null and new.baseline is distinct from old.baseline) or (old.start_by is not null and new.start_by is distinct from old.start_by) then
    raise exception 'the window and its baseline are set once' using errcode = 'SL022';
  end if;
  if old.undo <> new.undo and not (old.undo, new.undo) in (('none', 'pending'), ('pending', 'done'), ('pending', 'needs-human')) then
    raise exception 'an undo does not go from % to %', old.undo, new.undo using errcode = 'SL002';
  end if;
  if old.state = new.state then return new; end if;
  -- who may make which move: the session's login, not a variable that can be set
  allowed := case old.state || '>' || new.state
    when 'requested>in-review' then array['sluice_worker']
    when 'requested>refused' then array['sluice_worker']
    when 'requested>cancelled' then array['sluice_api', 'sluice_worker']
    when 'requested>expired' then array['sluice_scheduler']
    when 'requested>gone-outside' then array['sluice_worker']
    when 'in-review>approved' then array['sluice_api']
    when 'in-review>vetoed' then array['sluice_api']
    when 'in-review>cancelled' then array['sluice_api', 'sluice_worker']
    when 'in-review>expired' then array['sluice_scheduler', 'sluice_api']
    when 'in-review>gone-outside' then array['sluice_worker', 'sluice_scheduler']
    when 'approved>quarantining' then array['sluice_worker']
    when 'approved>cancelled' then array['sluice_api', 'sluice_worker']
    when 'approved>expired' then array['sluice_scheduler']
    when 'approved>refused' then array['sluice_worker']
    when 'approved>gone-outside' then array['sluice_worker']
    when 'quarantining>waiting' then array['sluice_worker']
    when 'quarantining>cancelled' then array['sluice_api', 'sluice_worker']
    when 'quarantining>needs-human' then array['sluice_worker']
    when 'quarantining>gone-outside' then array['sluice_worker']
    when 'waiting>cancelled' then array['sluice_api', 'sluice_worker', 'sluice_deleter']
    when 'waiting>expired' then array['sluice_scheduler', 'sluice_deleter']
    when 'waiting>gone-outside' then array['sluice_deleter', 'sluice_worker']
    when 'waiting>destroying' then array['sluice_deleter']
    when 'destroying>destroyed' then array['sluice_deleter']
    when 'destroying>needs-human' then array['sluice_deleter']
    when 'destroying>gone-outside' then array['sluice_deleter']
    else '{}' end;
  if cardinality(allowed) = 0 then raise exception 'a deletion request does not go from % to %', old.state, new.state using errcode = 'SL002'; end if;
  if not session_user::text = any (allowed) then raise exception '% may not move a deletion request from % to %', session_user, old.state, new.state using errcode = 'SL016'; end if;
  if new.state = 'in-review' and not (new.approve_by > sluice_now()) then raise exception 'no time left to approve' using errcode = 'SL008'; end if;
  if new.state in ('approved', 'quarantining', 'waiting', 'destroying') then
    if exists (select 1 from deletion_reviews v where v.request_id = new.id and v.decision = 'veto') then raise exception 'one veto is final' using errcode = 'SL018'; end if;
    if standing_approvals(new.id) < new.threshold then
      raise exception '% of % approvals stand', standing_approvals(new.id), new.threshold using errcode = 'SL019';
    end if;
  end if;
  if new.state = 'approved' and abs(extract(epoch from new.approved_at - sluice_now())) > 60 then raise exception 'approved_at is now' using errcode = 'SL022'; end if;
  if new.state in ('quarantining', 'waiting', 'destroying') and new.start_by <= sluice_now() then
    raise exception 'the approval had to be used before %', new.start_by using errcode = 'SL008';
  end if;
  if new.state = 'destroying' then
    if new.waits_until > sluice_now() then raise exception 'the recovery window ends at %', new.waits_until using errcode = 'SL022'; end if;
    if is_frozen() then raise exception 'frozen' using errcode = 'SL031'; end if;
    if (select count(*) from effects e where e.kind = 'destroy' and e.cluster = new.cluster and e.called_at > sluice_now() - interval '1 hour') >= new.max_per_hour then
      raise exception 'at most % destroys per hour on cluster %', new.max_per_hour, new.cluster using errcode = 'SL023';
    end if;
    if exists (select 1 from deletion_requests x where x.cluster = new.cluster and x.state = 'needs-human' and x.acknowledged_by is null) then
      raise exception 'an earlier request on cluster % needs a human first', new.cluster using errcode = 'SL023';
    end if;
  end if;
  if new.state = 'destroyed' and not exists (select 1 from effects e where e.holder_id = new.id and e.kind = 'destroy' and e.state = 'confirmed') then
    raise exception 'destroyed needs a confirmed destroy' using errcode = 'SL011';
  end if;
  if new.state = 'destroying' and not exists (select 1 from tombstones t where t.request_id = new.id) then
    raise exception 'no destroy without a tombstone' using errcode = 'SL024';
  end if;
  return new;
end $$;
create trigger deletion_request_moves before insert or update on deletion_requests for each row execute function check_deletion_request();
create trigger deletion_requests_are_kept before delete on deletion_requests for each row execute function refuse_change();

-- P24: both sides' last records, for ever, secrets removed.
create table tombstones (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null unique references deletion_requests (id),
  guest_id uuid not null,
  netbox_record jsonb not null,
  proxmox_record jsonb not null,
  at timestamptz not null default sluice_now()
);
create trigger tombstones_are_for_ever before update or delete on tombstones for each row execute function refuse_change();

grant select on deletion_requests, deletion_reviews, tombstones to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant insert, update on deletion_requests to sluice_worker, sluice_api;
grant update on deletion_requests to sluice_deleter, sluice_scheduler;
grant insert on guest_claims to sluice_api;
grant update on guest_claims to sluice_scheduler;
grant insert on deletion_reviews to sluice_api;
grant insert on tombstones to sluice_worker;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
