import type { MigrationInterface, QueryRunner } from 'typeorm';

// Ways around the gates that test/db/forbidden-sql.spec.ts found open: a session's temporary tables standing in for ours, an
// effect turned to another target or dated back (P13, P23, P25), a plan started after its time (P8), a surprise that
// acknowledges itself (P23), and a proposal that does not say what it weakens (P32).
export class ClosedWays1764000000009 implements MigrationInterface {
  readonly name = 'ClosedWays1764000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create function keep_effect() returns trigger language plpgsql as $$
begin
  if old.settled_at is not null then raise exception 'a settled effect is not rewritten' using errcode = 'SL001'; end if;
  if (new.holder_kind, new.attempt, new.cluster, new.vmid, new.intended_at) is distinct from (old.holder_kind, old.attempt, old.cluster, old.vmid, old.intended_at)
     or (old.called_at is not null and new.called_at is distinct from old.called_at) or (old.upid is not null and new.upid is distinct from old.upid) then
    raise exception 'what was intended, called and answered is not rewritten' using errcode = 'SL001';
  end if;
  if old.called_at is null and new.called_at is not null and abs(extract(epoch from new.called_at - sluice_now())) > 60 then
    raise exception 'called_at is now' using errcode = 'SL025';
  end if;
  return new;
end $$;
create trigger effects_keep_their_target before update on effects for each row execute function keep_effect();

-- P8: the time to start binds the start itself, and the longer expiry is set once.
create function check_plan_expiries() returns trigger language plpgsql as $$
begin
  if new.expires_at is distinct from old.expires_at then raise exception 'the expiry of a plan is set once' using errcode = 'SL008'; end if;
  if new.status = 'started' and old.status = 'ready' and new.start_by <= sluice_now() then
    raise exception 'plan % had to be started before %', new.plan_id, new.start_by using errcode = 'SL008';
  end if;
  return new;
end $$;
create trigger plan_states_keep_their_expiries before update on plan_states for each row execute function check_plan_expiries();

create function check_acknowledgement() returns trigger language plpgsql as $$
begin
  if new.acknowledged_by is distinct from old.acknowledged_by and (old.acknowledged_by is not null or new.state <> 'needs-human' or session_user <> 'sluice_api') then
    raise exception 'a surprise is acknowledged through the api, once, when it needs a human' using errcode = 'SL016';
  end if;
  return new;
end $$;
create trigger deletion_request_acknowledged before update on deletion_requests for each row execute function check_acknowledgement();

-- The same judgement as src/policy/core/policy.ts; test/db/policy-weakens.spec.ts compares the two. A key that is missing or
-- unreadable counts as weakened (P30). Null is "no limit", and only a limit may be null.
create function policy_strength(key text, value jsonb) returns float8 language sql immutable as $$
  select case jsonb_typeof(value)
    when 'number' then value::text::float8
    when 'null' then case when key like 'limits.%' then float8 'Infinity' end
    when 'string' then array_position(array['refuse', 'shutdown', 'shutdown-then-stop'], value #>> '{}')::float8
  end * case when key in ('deletion.threshold', 'deletion.windowSeconds') then 1 else -1 end
$$;
create function policy_weakens(before jsonb, after jsonb) returns text[] language sql immutable as $$
  select coalesce(array_agg(key order by key), '{}')
  from unnest(array['deletion.threshold', 'deletion.windowSeconds', 'deletion.approveWithinSeconds', 'deletion.startWithinSeconds', 'deletion.maxPerHour', 'deletion.powerOff',
    'plan.expiresAfterSeconds', 'plan.startWithinSeconds', 'limits.maxCores', 'limits.maxMemoryMib']) as keys(key)
  where coalesce(policy_strength(key, after #> string_to_array(key, '.')) < policy_strength(key, before #> string_to_array(key, '.')), true)
$$;

create function check_policy_weakening() returns trigger language plpgsql as $$
declare weaker text[];
begin
  if new.origin <> 'proposal' then return new; end if;
  weaker := policy_weakens((select body from policy_versions order by version desc limit 1), new.body);
  if not weaker <@ (select weakens from policy_proposals where id = new.proposal_id) then
    raise exception 'this version weakens %, and its proposal does not say so', array_to_string(weaker, ', ') using errcode = 'SL032';
  end if;
  return new;
end $$;
-- After policy_version_has_its_proposal: triggers fire in the order of their names.
create trigger policy_version_weakens_openly before insert on policy_versions for each row execute function check_policy_weakening();

-- A session may make temporary tables, and they are found before ours unless a function says where it looks.
do $$
declare ours regprocedure;
begin
  for ours in select p.oid from pg_proc p where p.pronamespace = 'public'::regnamespace and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e') loop
    execute format('alter function %s set search_path = public, pg_temp', ours);
  end loop;
end $$;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
