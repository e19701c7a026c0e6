import type { MigrationInterface, QueryRunner } from 'typeorm';

// The clock (P8), the append-only journal (P37), and the words with which a trigger refuses.
export class Ground1764000000001 implements MigrationInterface {
  readonly name = 'Ground1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table settings (
  id boolean primary key default true check (id),
  mode text not null unique check (mode in ('lab', 'live')),
  clock_shift interval not null default '0',
  made_at timestamptz not null default clock_timestamp(),
  constraint only_a_lab_shifts_its_clock check (mode = 'lab' or clock_shift = interval '0')
);

-- P8: all times come from here; only a lab database may be shifted (constraint above).
create function sluice_now() returns timestamptz language sql volatile as $$
  select clock_timestamp() + coalesce((select clock_shift from settings), interval '0')
$$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'SL001';
end $$;

create table journal_entries (
  seq bigint primary key,
  at timestamptz not null,
  kind text not null check (kind !~ '\\n'),
  subject text not null check (subject !~ '\\n'),
  actor text not null check (actor !~ '\\n'),
  body text not null,
  previous_hash text not null,
  hash text not null unique
);
create index journal_by_subject on journal_entries (subject, seq);
create trigger journal_is_append_only before update or delete on journal_entries for each row execute function refuse_change();
create trigger journal_is_not_truncated before truncate on journal_entries for each statement execute function refuse_change();

create table journal_head (
  id boolean primary key default true check (id),
  seq bigint not null,
  hash text not null
);
insert into journal_head (seq, hash) values (0, repeat('0', 64));

-- The one way in. The runtime roles may execute it and may not touch the tables, so a line cannot be forged (P37).
-- The head row serialises writers: append last in a transaction.
create function journal_append(p_kind text, p_subject text, p_actor text, p_body text) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare head journal_head; v_at timestamptz; v_hash text;
begin
  select * into strict head from journal_head for update;
  v_at := sluice_now();
  v_hash := encode(sha256(convert_to(concat_ws(E'\\n', head.hash, (head.seq + 1)::text,
    to_char(v_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_kind, p_subject, p_actor, p_body), 'UTF8')), 'hex');
  insert into journal_entries values (head.seq + 1, v_at, p_kind, p_subject, p_actor, p_body, head.hash, v_hash);
  update journal_head set seq = head.seq + 1, hash = v_hash;
  return head.seq + 1;
end $$;
revoke all on function journal_append(text, text, text, text) from public;

grant usage on schema public to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant select on settings, journal_entries, journal_head to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
grant execute on function journal_append(text, text, text, text) to sluice_api, sluice_worker, sluice_deleter, sluice_scheduler;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore the backup taken before the upgrade.');
  }
}
