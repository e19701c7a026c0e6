// Prints the compiled table as TypeScript: property formats and parameters that stand more than once get a name.
import type { MethodSpec, Param, PropertyFormat, PveVersion } from '../../../src/proxmox/schema/param';

const word = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`);
function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([key, each]) => `${word(key)}: ${literal(each)}`).join(', ')} }`;
  return String(value);
}

export function print(table: readonly MethodSpec[], children: Readonly<Record<PveVersion, Readonly<Record<string, readonly string[]>>>>): string {
  const names = new Map<string, string>();
  const lines: string[] = [];
  const named = (kind: string, type: string, text: string): string => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const name = `${kind}${[...names.values()].filter((each) => each.startsWith(kind)).length + 1}`;
    names.set(text, name);
    lines.push(`const ${name}: ${type} = ${text};`);
    return name;
  };
  const format = (each: PropertyFormat): string => named('format', 'PropertyFormat', literal(each));
  const shown = ({ property, ...rest }: Param): string => (property === undefined ? literal(rest) : literal({ ...rest, property: 0 }).replace('property: 0', `property: ${format(property)}`));
  const all = table.flatMap((row) => [...Object.values(row.params), ...Object.values(row.in9 ?? {})].filter((each) => each !== null)).map(shown);
  const count = new Map<string, number>();
  for (const text of all) count.set(text, (count.get(text) ?? 0) + 1);
  const entry = (each: Param | null): string => {
    if (each === null) return 'null';
    const text = shown(each);
    return (count.get(text) ?? 0) > 2 ? named('p', 'Param', text) : text;
  };
  const params = (each: Readonly<Record<string, Param | null>>): string => (Object.keys(each).length === 0 ? '{}' : `{ ${Object.entries(each).map(([key, one]) => `${word(key)}: ${entry(one)}`).join(', ')} }`);
  const rows = table.map((row) => `  { method: '${row.method}', path: '${row.path}',${row.only === undefined ? '' : ` only: '${row.only}',`}${row.isProtected === true ? ' isProtected: true,' : ''}${row.needsTicket === true ? ' needsTicket: true,' : ''} params: ${params(row.params)}${row.in9 === undefined ? '' : `,\n    in9: ${params(row.in9)}`} },`);
  return ['// Made by `npm run schema` from the official schemas of Proxmox VE 8 and 9; not edited by hand. test/contract/schema.spec.ts compares.', "import type { MethodSpec, Param, PropertyFormat, PveVersion } from './param';", '', ...lines, '', 'export const official: readonly MethodSpec[] = [', ...rows, '];', '', '/** What the indexes list, by version and path. */', `export const children: Readonly<Record<PveVersion, Readonly<Record<string, readonly string[]>>>> = ${literal(children)};`, ''].join('\n');
}
