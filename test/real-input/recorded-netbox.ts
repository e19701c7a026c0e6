// A NetBox that says again what a real one said: rows of recorded answers, served over a loopback socket with NetBox's own paging
// and its way with filters (those it knows here filter, the others are ignored). For tests of the readers only.
import type { Recorded } from '../setup/recordings';
import { scriptedHttp, sendJson, type Asked, type ScriptedHttp } from '../setup/scripted-http';

type Row = Readonly<Record<string, unknown>> & { readonly id: number };
const asRow = (value: unknown): Row | null => (value !== null && typeof value === 'object' && typeof (value as { id?: unknown }).id === 'number' ? (value as Row) : null);

export class RecordedRows {
  /** `<schema id or main> <endpoint>` -> rows by id. */
  private readonly lists = new Map<string, Map<number, Row>>();

  /** Takes in whole objects of an answer: lists, bulk answers, single objects; brief and partial ones are left out. */
  take(exchanges: readonly Recorded[], change: (row: Row) => Row = (row) => row): this {
    for (const { request, response } of exchanges) {
      const path = /^\/api\/(.+?)\/(?:(\d+)\/)?$/.exec(request.path);
      if (path === null || response.status >= 300 || 'fields' in request.query || 'brief' in request.query || 'omit' in request.query || '_branch' in request.query) continue;
      const list = this.list(request.headers['X-NetBox-Branch'] ?? 'main', path[1] ?? '');
      const body = response.body as { readonly results?: unknown } | readonly unknown[] | null;
      const rows: readonly unknown[] = Array.isArray(body) ? body : Array.isArray((body as { readonly results?: unknown } | null)?.results) ? ((body as { readonly results: readonly unknown[] }).results) : [body];
      for (const row of rows.map(asRow)) if (row !== null) list.set(row.id, change(row));
    }
    return this;
  }

  rows(endpoint: string, schema = 'main'): readonly Row[] { return [...this.list(schema, endpoint).values()]; }

  serve(): Promise<ScriptedHttp> {
    return scriptedHttp((asked, response) => {
      const path = /^\/api\/(.+?)\/(?:(\d+)\/)?$/.exec(asked.path);
      const schema = asked.headers['x-netbox-branch'];
      const all = this.rows(path?.[1] ?? '', typeof schema === 'string' ? schema : 'main');
      if (path?.[2] !== undefined) {
        const row = all.find((one) => one.id === Number(path[2]));
        return row === undefined ? sendJson(response, 404, { detail: 'Not found.' }) : sendJson(response, 200, row);
      }
      const found = all.filter((row) => matches(row, asked)).sort((a, b) => a.id - b.id);
      const [offset, limit] = [Number(asked.query.get('offset') ?? 0), Number(asked.query.get('limit') ?? 50)];
      return sendJson(response, 200, { count: found.length, next: offset + limit < found.length ? `http://netbox.test${asked.path}` : null, previous: null, results: found.slice(offset, offset + limit) });
    });
  }

  private list(schema: string, endpoint: string): Map<number, Row> {
    const key = `${schema} ${endpoint}`;
    const known = this.lists.get(key) ?? new Map<number, Row>();
    this.lists.set(key, known);
    return known;
  }
}

function matches(row: Row, asked: Asked): boolean {
  const known: readonly (readonly [string, unknown])[] = [['id', row.id], ['branch_id', (row['branch'] as { id?: unknown } | undefined)?.id], ['app_label', row['app_label']], ['name', row['name']], ['slug', row['slug']]];
  return known.every(([filter, value]) => !asked.query.has(filter) || asked.query.getAll(filter).includes(String(value)));
}
