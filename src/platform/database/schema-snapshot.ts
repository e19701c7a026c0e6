// What the database really is, as text that a review can read and a test can compare: our own catalogue query, because the
// embedded PostgreSQL ships no pg_dump.
import type { Tx } from './database';

interface Line { readonly line: string }

const queries: readonly string[] = [
  `select format('table %s', c.relname) || E'\\n' || string_agg(format('  %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' else '' end,
      coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')), E'\\n' order by a.attnum) as line
   from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
   where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by c.relname order by c.relname`,
  `select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid)) as line from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' order by conrelid::regclass::text, conname`,
  `select indexdef as line from pg_indexes where schemaname = 'public' order by tablename, indexname`,
  `select pg_get_triggerdef(oid) as line from pg_trigger where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) order by tgrelid::regclass::text, tgname`,
  `select pg_get_functiondef(oid) as line from pg_proc where pronamespace = 'public'::regnamespace order by proname, oidvectortypes(proargtypes)`,
  `select format('grant %s on %s to %s', string_agg(lower(privilege_type), ', ' order by privilege_type), table_name, grantee) as line from information_schema.role_table_grants
   where table_schema = 'public' and grantee like 'sluice\\_%' group by table_name, grantee order by table_name, grantee`,
];

/** The whole public schema as text, the same for the same migrations. */
export async function schemaSnapshot(db: Tx): Promise<string> {
  const parts: string[] = [];
  for (const query of queries) parts.push((await db.rows<Line>(query)).map((row) => row.line.trimEnd()).join('\n'));
  return `-- A snapshot of the migrated database, compared by test/db/schema.spec.ts. Not run by anything.\n\n${parts.join('\n\n')}\n`;
}
