// Records a NetBox: one file for each exchange, `{request, response}`, and a README that says of each who asked for what; both in
// the form that the contract tests read.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askerOf } from './ask';
import { jsonOf, queryText, type Look, type Query, type Said } from './look';
import { netboxFirst, netboxFollow, versionOfNetBox } from './netbox-looks';
import { readme } from './readme';
import type { Recording, RecordOrder } from './recording';
import { Removals } from './removals';
import { removeFrom, removeToken } from './remove';
import { walk } from './walk';

const keptHeaders: ReadonlySet<string> = new Set(['content-type', 'vary', 'allow', 'location', 'api-version', 'x-request-id', 'x-frame-options', 'content-language', 'etag', 'last-modified']);
/** Every recording is of this address. */
const anyHost = 'http://netbox.test';
const longestText = 3000;

/** `token` is `nbt_key.secret` or the 40 characters of the first version. */
export async function recordNetBox({ url, token, caPem, directory, max, progress }: RecordOrder): Promise<Recording> {
  const scheme = token.startsWith('nbt_') ? 'Bearer' : 'Token';
  const asker = askerOf({ url, caPem, authorization: `${scheme} ${token}`, caHint: '' });
  const secrets = [token, ...(token.startsWith('nbt_') ? [token.slice(token.indexOf('.') + 1)] : [])];
  const removals = new Removals();
  const numbers = new Map<string, number>();
  const files: string[] = [];
  let version = 'unknown';
  const place = new URL(url);
  const elsewhere = new RegExp(`https?://${place.host.replace(/[.[\]]/g, '\\$&')}`, 'gi');
  const keep = (look: Look, said: Said): void => {
    if (files.length === 0) {
      version = versionOfNetBox(said.text);
      mkdirSync(directory, { recursive: true });
    }
    const number = (numbers.get(look.section) ?? 0) + 1;
    if (number === 1) mkdirSync(join(directory, look.section));
    numbers.set(look.section, number);
    const told = (removal: Parameters<Removals['add']>[1]): void => removals.add(look.template, removal);
    const text = said.text.replace(elsewhere, anyHost);
    const name = `${look.section}/${String(number).padStart(3, '0')}-${look.title}.json`;
    const exchange = {
      request: { method: 'GET', path: look.path, query: queryObject(look.query), headers: { Host: 'netbox.test', Accept: 'application/json', Authorization: `${scheme} REDACTED`, ...look.headers }, body: null },
      response: { status: said.status, headers: Object.fromEntries(Object.entries(said.headers).filter(([header]) => keptHeaders.has(header)).map(([header, value]) => [header, value.replace(elsewhere, anyHost)])), ...bodyOf(look, text, secrets, told) },
    };
    writeFileSync(join(directory, name), `${JSON.stringify(exchange, null, 1)}\n`);
    files.push(`* \`${name}\` - \`GET ${look.path}${queryText(look.query)}\` as recorder${look.headers === undefined ? '' : `, headers: ${Object.keys(look.headers).join(' ')}`} -> **${said.status}** - ${look.title}`);
  };
  try {
    const walked = await walk({ first: netboxFirst, follow: netboxFollow, ask: (look) => asker.ask(look), keep, max, progress });
    const recording: Recording = { product: 'NetBox', version, directory, ...walked, removed: removals.rows };
    if (walked.refused === null) writeFileSync(join(directory, 'README.md'), readme(recording, files));
    return recording;
  } finally {
    await asker.close();
  }
}

/** JSON as JSON; other text is cut, and says where. */
function bodyOf(look: Look, text: string, secrets: readonly string[], told: Parameters<typeof removeFrom>[2]): { readonly body: unknown; readonly body_truncated_at?: number } {
  const json = jsonOf(look.ofProduct === true ? removeToken(text, secrets, told) : text);
  if (json !== undefined) return { body: look.ofProduct === true ? json : removeFrom(json, secrets, told) };
  if (text === '') return { body: null };
  // First removed, then cut: half a secret has no shape.
  const clean = String(removeFrom(text, secrets, told));
  return { body: clean.slice(0, longestText), ...(clean.length > longestText ? { body_truncated_at: longestText } : {}) };
}

/** A parameter that is repeated is a list. */
function queryObject(query: Query): Readonly<Record<string, string | readonly string[]>> {
  const names = [...new Set(query.map(([name]) => name))];
  return Object.fromEntries(names.map((name) => {
    const values = query.filter(([each]) => each === name).map(([, value]) => value);
    return [name, values.length === 1 ? (values[0] ?? '') : values];
  }));
}
