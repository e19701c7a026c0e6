// Carries P30: the constraints of a NetBox object permission, judged over one VM record as REST gives it. They are filters of Django's
// ORM: a dict is all of its lookups, a list is any of its dicts, null is no constraint (NetBox 4.5). What cannot be read does not match.
type Json = Readonly<Record<string, unknown>>;

export interface Judged { readonly matches: boolean; /** Lookups that could not be read. */ readonly unread: readonly string[] }

const operators: Readonly<Record<string, (have: unknown, want: unknown) => boolean>> = {
  exact: (have, want) => same(have, want),
  iexact: (have, want) => lower(have) === lower(want),
  in: (have, want) => Array.isArray(want) && want.some((one) => same(have, one)),
  contains: (have, want) => typeof have === 'string' && have.includes(String(want)),
  icontains: (have, want) => lower(have).includes(lower(want)),
  startswith: (have, want) => typeof have === 'string' && have.startsWith(String(want)),
  istartswith: (have, want) => lower(have).startsWith(lower(want)),
  endswith: (have, want) => typeof have === 'string' && have.endsWith(String(want)),
  iendswith: (have, want) => lower(have).endsWith(lower(want)),
  gt: (have, want) => ordered(have, want, (a, b) => a > b),
  gte: (have, want) => ordered(have, want, (a, b) => a >= b),
  lt: (have, want) => ordered(have, want, (a, b) => a < b),
  lte: (have, want) => ordered(have, want, (a, b) => a <= b),
};

const lower = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '');
const ordered = (have: unknown, want: unknown, compare: (a: number, b: number) => boolean): boolean => typeof have === 'number' && typeof want === 'number' && compare(have, want);
const same = (have: unknown, want: unknown): boolean => have !== null && (have === want || (typeof have === 'number' && typeof want === 'string' && want !== '' && have === Number(want)));

export function judgeConstraints(constraints: unknown, record: Json, userId: number): Judged {
  if (constraints === null || constraints === undefined) return { matches: true, unread: [] };
  const any = Array.isArray(constraints) ? constraints as readonly unknown[] : [constraints];
  const judged = any.map((one) => (isRecord(one) ? judgeAll(one, record, userId) : { matches: false, unread: [JSON.stringify(one)] }));
  return judged.find(({ matches }) => matches) ?? { matches: false, unread: judged.flatMap(({ unread }) => unread) };
}

function judgeAll(lookups: Json, record: Json, userId: number): Judged {
  const unread: string[] = [];
  const matches = Object.entries(lookups).map(([lookup, want]) => {
    const verdict = judgeLookup(lookup, withUser(want, userId), record);
    if (verdict === null) unread.push(lookup);
    return verdict === true;
  });
  return { matches: matches.every(Boolean), unread };
}

/** null: this lookup is not understood. */
function judgeLookup(lookup: string, want: unknown, record: Json): boolean | null {
  const path = lookup.split('__');
  const last = path.at(-1) ?? '';
  const isNull = last === 'isnull';
  const operator = path.length > 1 ? operators[last] : undefined;
  const values = valuesAt(record, operator === undefined && !isNull ? path : path.slice(0, -1));
  if (values === null) return null;
  if (isNull) return typeof want === 'boolean' ? (values.every((value) => value === null)) === want : null;
  if (operator === undefined) return want === null ? values.every((value) => value === null) : values.some((value) => same(value, want));
  return values.some((value) => operator(value, want));
}

/** Every value that the path reaches: several where it crosses a list, such as tags. */
function valuesAt(start: Json, path: readonly string[]): readonly unknown[] | null {
  let reached: readonly unknown[] = [start];
  for (const step of path) {
    const next: unknown[] = [];
    for (const value of reached) {
      if (value === null) { next.push(null); continue; }
      if (!isRecord(value)) return null;
      const member = memberOf(value, step);
      if (member === undefined) return null;
      if (Array.isArray(member)) next.push(...(member as readonly unknown[]));
      else next.push(member);
    }
    reached = next;
  }
  return reached.map((value) => (isRecord(value) ? plain(value) : value));
}

function memberOf(record: Json, step: string): unknown {
  if (step === 'pk') return record['id'];
  if (step === 'custom_field_data') return record['custom_fields'];
  if (step in record) return record[step];
  return step.endsWith('_id') && step.slice(0, -3) in record ? record[step.slice(0, -3)] : undefined;
}

/** A choice is its value, a related object its id. */
const plain = (value: Json): unknown => ('value' in value && 'label' in value ? value['value'] : (value['id'] ?? null));

const withUser = (want: unknown, userId: number): unknown => (want === '$user' ? userId : Array.isArray(want) ? (want as readonly unknown[]).map((one) => (one === '$user' ? userId : one)) : want);
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value);
