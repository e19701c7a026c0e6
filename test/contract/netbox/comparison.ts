// Compares a recorded value with a simulated one. What a server makes up (times, uuids, schema ids, keys, numbers of jobs and change-log rows) must
// correspond one to one over the whole scenario; everything else must be equal, key order included where bytes are signed.

export interface Difference { readonly file: string; readonly at: string; readonly recorded: unknown; readonly simulated: unknown }

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MADE_UP_URL = /\/(core\/jobs)\/(\d+)\//g;

type Json = unknown;
const isObject = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the recording made up -> what the simulator made up in the same place. */
export class Correspondence {
  readonly #pairs = new Map<string, string>();

  learn(kind: string, recorded: string, simulated: string): boolean {
    const known = this.#pairs.get(`${kind} ${recorded}`);
    if (known === undefined) this.#pairs.set(`${kind} ${recorded}`, simulated);
    return known === undefined || known === simulated;
  }

  /** Text of a recorded request with everything made up replaced by its counterpart. */
  translate(text: string): string {
    let result = text;
    for (const [key, simulated] of this.#pairs) {
      const [kind = '', recorded = ''] = [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)];
      if (kind === 'text') result = result.replaceAll(recorded, simulated);
      if (kind === 'job') result = result.replace(`/core/jobs/${recorded}/`, `/core/jobs/<${simulated}>/`);
    }
    return result.replace(/<(\d+)>/g, '$1');
  }
}

/** Numbers of change-log rows, and a journal entry's minute, are made up too. */
function plain(value: string): string {
  return value.replace(MADE_UP_URL, '/$1/N/').replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'MINUTE');
}

const ordered = (value: Json): Json => (Array.isArray(value) ? [...(value as readonly unknown[])].map(String).sort() : value);

/** Differences between two values; `path` names the place in words like `results[3].status`. */
export function compare(file: string, recorded: Json, simulated: Json, known: Correspondence, path = ''): readonly Difference[] {
  const differ = (): readonly Difference[] => [{ file, at: path, recorded, simulated }];
  if (typeof recorded === 'string' && typeof simulated === 'string') {
    if (TIME.test(recorded) && TIME.test(simulated)) {
      known.learn('text', recorded, simulated);
      return [];
    }
    if (UUID.test(recorded) && UUID.test(simulated)) return known.learn('text', recorded, simulated) ? [] : differ();
    return recorded === simulated || known.translate(plain(recorded)) === plain(simulated) ? [] : differ();
  }
  if (Array.isArray(recorded) && Array.isArray(simulated)) {
    if (recorded.length !== simulated.length) return [{ file, at: `${path}.length`, recorded: recorded.length, simulated: simulated.length }, ...recorded.slice(0, simulated.length).flatMap((item, index) => compare(file, item, simulated[index], known, `${path}[${index}]`))];
    return recorded.flatMap((item, index) => compare(file, item, simulated[index], known, `${path}[${index}]`));
  }
  if (isObject(recorded) && isObject(simulated)) {
    const madeUp = typeof recorded['url'] === 'string' && /\/api\/core\/(jobs)\//.exec(recorded['url']);
    if (madeUp !== false && madeUp !== null && madeUp[1] === 'jobs') known.learn('job', String(recorded['id']), String(simulated['id']));
    const token = typeof recorded['url'] === 'string' && recorded['url'].includes('/users/tokens/');
    return [...new Set([...Object.keys(recorded), ...Object.keys(simulated)])].flatMap((key) => {
      if (madeUp !== false && madeUp !== null && key === 'id') return [];
      if (token && ['key', 'display', 'token'].includes(key)) return typeof recorded[key] === typeof simulated[key] ? [] : [{ file, at: `${path}.${key}`, recorded: recorded[key], simulated: simulated[key] }];
      if (key === 'schema_id' && typeof recorded[key] === 'string' && typeof simulated[key] === 'string') return known.learn('text', recorded[key], simulated[key]) ? [] : [{ file, at: `${path}.${key}`, recorded: recorded[key], simulated: simulated[key] }];
      if (!(key in recorded) || !(key in simulated)) return [{ file, at: `${path}.${key}`, recorded: key in recorded ? recorded[key] : '(absent)', simulated: key in simulated ? simulated[key] : '(absent)' }];
      // A permission's object types come in no order that means anything.
      const [left, right] = key === 'object_types' ? [ordered(recorded[key]), ordered(simulated[key])] : [recorded[key], simulated[key]];
      return compare(file, left, right, known, `${path}.${key}`);
    });
  }
  return recorded === simulated ? [] : differ();
}
