import type { MigrationInterface, QueryRunner } from 'typeorm';

// A policy also says whether anything may be sent to Proxmox at all (FEATURES A1), how much one plan may do, which guests nothing
// touches (F7) and which rules only warn. The judgement of src/policy/core/policy.ts, repeated (P32). In a policy made before these keys
// they read as the code reads them: nothing is sent, nothing is limited, nobody is protected.
export class PolicyOfConsent1764000000013 implements MigrationInterface {
  readonly name = 'PolicyOfConsent1764000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create or replace function policy_strength(key text, value jsonb) returns float8 language sql immutable set search_path = public, pg_temp as $$
  select case
    when key = 'intent.allow' then case value when 'null'::jsonb then 1 when '"allow-edit-and-add-actions"'::jsonb then 0 end
    when key like 'rules.%' then case value when '"refusal"'::jsonb then 1 when '"warning"'::jsonb then 0 end
    else case jsonb_typeof(value)
      when 'number' then value::text::float8
      when 'null' then case when key like 'limits.%' then float8 'Infinity' end
      when 'string' then array_position(array['refuse', 'shutdown', 'shutdown-then-stop'], value #>> '{}')::float8
    end * case when key in ('deletion.threshold', 'deletion.windowSeconds') then 1 else -1 end
  end
$$;

create function policy_completed(body jsonb) returns jsonb language sql immutable set search_path = public, pg_temp as $$
  select body || jsonb_build_object(
    'limits', '{"maxCreates": null, "maxUpdates": null, "maxDeletions": null}'::jsonb || coalesce(body -> 'limits', '{}'),
    'intent', coalesce(body -> 'intent', '{"allow": null}'),
    'protected', coalesce(body -> 'protected', '{"guests": []}'),
    'rules', coalesce(body -> 'rules', '{"addressFree": "refusal", "storageHasRoom": "refusal", "bridgeExists": "refusal"}'))
$$;

create or replace function policy_weakens(before jsonb, after jsonb) returns text[] language sql immutable set search_path = public, pg_temp as $$
  with former as (select policy_completed(before) as body)
  select coalesce(array_agg(key order by key), '{}')
  from former, unnest(array['deletion.threshold', 'deletion.windowSeconds', 'deletion.approveWithinSeconds', 'deletion.startWithinSeconds', 'deletion.maxPerHour', 'deletion.powerOff',
    'plan.expiresAfterSeconds', 'plan.startWithinSeconds', 'limits.maxCores', 'limits.maxMemoryMib', 'limits.maxCreates', 'limits.maxUpdates', 'limits.maxDeletions',
    'intent.allow', 'protected.guests', 'rules.addressFree', 'rules.storageHasRoom', 'rules.bridgeExists']) as keys(key)
  where case key
    when 'protected.guests' then coalesce(jsonb_typeof(after #> '{protected,guests}') <> 'array' or not (former.body #> '{protected,guests}') <@ (after #> '{protected,guests}'), true)
    else coalesce(policy_strength(key, after #> string_to_array(key, '.')) < policy_strength(key, former.body #> string_to_array(key, '.')), true)
  end
$$;

-- The phrase is kept here too: no row lets anything be sent without it, whoever writes the row.
alter table policy_versions add constraint consent_is_the_phrase check (coalesce(body #> '{intent,allow}', 'null') in ('null'::jsonb, '"allow-edit-and-add-actions"'::jsonb));
alter table policy_proposals add constraint consent_is_the_phrase check (coalesce(body #> '{intent,allow}', 'null') in ('null'::jsonb, '"allow-edit-and-add-actions"'::jsonb));
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
