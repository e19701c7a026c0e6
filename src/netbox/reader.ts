// Carries P5, P41: reading NetBox. Whatever is not a whole, well-formed answer to exactly what was asked is "not observed".
import { no, notObserved, ok, type Observed } from '../kernel';
import { allRows, chunksFor, type ListQuestion } from './all-pages';
import { requestLineLimit, type NetBoxHttp } from './http';
import { excerpt, jsonOf, okJson } from './json-answer';
import type { BranchRecord, NetBoxObject, NetBoxReader } from './ports';
import { branchEvent, branchRecord, changeDiff, changeLogRow } from './wire/branch';
import { id, record, words } from './wire/values';

const netboxObject = (value: unknown): NetBoxObject | null => {
  const row = record(value);
  return row !== null && id(row['id']) !== null ? (row as NetBoxObject) : null;
};

const branching = 'plugins/branching';
const logFields = 'id,time,user,user_name,action,changed_object_type,changed_object_id,request_id,message';

export function netboxReader(http: NetBoxHttp): NetBoxReader {
  /** Rows for every value of one repeated parameter, in as many requests as its length needs, each row once. */
  const rowsFor = async <T extends { readonly id: number }>(question: Omit<ListQuestion<T>, 'query'>, key: string, values: readonly (string | number)[]): Promise<Observed<readonly T[]>> => {
    const chunks = chunksFor(http, question.endpoint, key, [...new Set(values)], requestLineLimit);
    const answers = await Promise.all(chunks.map((chunk) => allRows(http, { ...question, query: chunk.map((value) => [key, value] as const) })));
    const rows = new Map<number, T>();
    for (const answer of answers) {
      if (!answer.ok) return answer;
      for (const row of answer.value) rows.set(row.id, row);
    }
    return ok([...rows.values()].sort((a, b) => a.id - b.id));
  };

  const one = async <T extends { readonly id: number }>(endpoint: string, objectId: number, parse: (value: unknown) => T | null): Promise<Observed<T | null>> => {
    const what = `${endpoint}/${objectId}`;
    const answer = jsonOf(http, what, await http.read(what));
    if (!answer.ok) return answer;
    if (answer.value.status === 404) return absence(http, what, answer.value.body);
    if (answer.value.status !== 200) return notObserved(`${http.where}, ${what}`, `${answer.value.status}: ${excerpt(JSON.stringify(answer.value.body))}`);
    const value = parse(answer.value.body);
    return value === null || value.id !== objectId ? notObserved(`${http.where}, ${what}`, 'the answer cannot be read as that object') : ok(value);
  };

  return {
    name: http.name,

    async status() {
      const answer = okJson(http, 'status', await http.read('status'));
      if (!answer.ok) return answer;
      const body = record(answer.value);
      const [version, plugins, workers] = [words(body?.['netbox-version']), record(body?.['plugins']), body?.['rq-workers-running']];
      if (version === null || plugins === null || typeof workers !== 'number') return notObserved(`${http.where}, status`, 'the answer is not a status of NetBox');
      return ok({ version, branching: words(plugins['netbox_branching']), workers });
    },

    branch: (branchId) => one<BranchRecord>(`${branching}/branches`, branchId, branchRecord),

    branches: (status) => allRows(http, { endpoint: `${branching}/branches`, query: [['status', status]], parse: branchRecord, matches: (row) => row.status === status }),

    branchEvents: (types) =>
      types.length === 0 ? Promise.resolve(ok([])) : rowsFor({ endpoint: `${branching}/branch-events`, parse: branchEvent, matches: (row) => types.includes(row.type) }, 'type', types),

    async changeDiffs(branchId) {
      const rows = await allRows(http, { endpoint: `${branching}/changes`, query: [['branch_id', branchId]], parse: changeDiff, matches: (row) => row.branchId === branchId });
      return rows.ok ? ok(rows.value.map(({ branchId: _asserted, ...diff }) => diff)) : rows;
    },

    branchChangeLog: (schemaId) => allRows(http, { endpoint: 'core/object-changes', query: [['fields', logFields]], branch: schemaId, parse: changeLogRow, matches: () => true }),

    objects(endpoint, ids, schemaId) {
      const wanted = new Set(ids);
      return rowsFor({ endpoint, parse: netboxObject, matches: (row) => wanted.has(row.id), ...(schemaId === undefined ? {} : { branch: schemaId }) }, 'id', ids);
    },

    objectsWhere: (endpoint, filter, value, matches) =>
      rowsFor({ endpoint, parse: netboxObject, matches }, filter, typeof value === 'string' || typeof value === 'number' ? [value] : value),

    object: (endpoint, objectId) => one(endpoint, objectId, netboxObject),
  };
}

/** Absence is NetBox's own word (`{"detail": ...}`), not that of a proxy that does not know the path. */
function absence(http: NetBoxHttp, what: string, body: unknown): Observed<null> {
  return words(record(body)?.['detail']) === null ? no({ kind: 'not-observed', where: `${http.where}, ${what}`, text: `404 that is not NetBox's: ${excerpt(JSON.stringify(body))}` }) : ok(null);
}
