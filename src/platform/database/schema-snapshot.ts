// What the database really is, as text that a review can read and a test can compare: our own catalogue query, because the
// embedded PostgreSQL ships no pg_dump. Grants stand in it because promises rest on them (P37).
import type { Tx } from './database';

interface Line { readonly line: string }

const inPublic = "'public'::regnamespace";

const queries: readonly string[] = [
  `select format('table %s', c.relname) || E'\\n' || string_agg(format('  %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' else '' end,
      coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')), E'\\n' order by a.attnum) as line
   from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
   where c.relnamespace = ${inPublic} and c.relkind in ('r', 'p') group by c.relname order by c.relname`,
  `select format(E'view %s\\n%s', c.relname, pg_get_viewdef(c.oid)) as line from pg_class c where c.relnamespace = ${inPublic} and c.relkind in ('v', 'm') order by c.relname`,
  `select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid)) as line from pg_constraint where connamespace = ${inPublic} and contype <> 'n' order by conrelid::regclass::text, conname`,
  `select indexdef as line from pg_indexes where schemaname = 'public' order by tablename, indexname`,
  `select pg_get_triggerdef(oid) || case when tgenabled = 'O' then '' else ' -- enabled: ' || tgenabled::text end as line from pg_trigger where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = ${inPublic}) order by tgrelid::regclass::text, tgname`,
  `select pg_get_functiondef(oid) as line from pg_proc where pronamespace = ${inPublic} order by proname, oidvectortypes(proargtypes)`,
  `select format('grant %s on %s to %s', string_agg(lower(privilege_type), ', ' order by privilege_type), table_name, grantee) as line from information_schema.role_table_grants
   where table_schema = 'public' and (grantee like 'sluice\\_%' or grantee = 'PUBLIC') group by table_name, grantee order by table_name, grantee`,
  `select format('grant %s (%s) on %s to %s', lower(x.privilege_type), a.attname, c.relname, x.grantee::regrole) as line
   from pg_attribute a join pg_class c on c.oid = a.attrelid cross join aclexplode(a.attacl) x
   where c.relnamespace = ${inPublic} and x.grantee::regrole::text like 'sluice\\_%' order by c.relname, a.attname, x.grantee::regrole::text, x.privilege_type`,
  `select format('function %s may be executed by %s', p.oid::regprocedure, coalesce(string_agg(case when x.grantee = 0 then 'everybody' else x.grantee::regrole::text end, ', ' order by case when x.grantee = 0 then 'everybody' else x.grantee::regrole::text end), 'its owner only')) as line
   from pg_proc p left join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x on x.grantee <> p.proowner
   where p.pronamespace = ${inPublic} group by p.oid order by p.oid::regprocedure::text`,
];

/** The whole public schema as text, the same for the same migrations. */
export async function schemaSnapshot(db: Tx): Promise<string> {
  const parts: string[] = [];
  for (const query of queries) parts.push((await db.rows<Line>(query)).map((row) => row.line.trimEnd()).join('\n'));
  return `-- A snapshot of the migrated database, compared by test/db/schema.spec.ts. Not run by anything.\n\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
