// The table of parameters beside the official schemas it was compiled from, and its sentences beside those of the real validator.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { official, validateParams, type MethodSpec } from '../../src/proxmox/schema';
import { pattern } from './schema/compile';
import { compiled, target } from './schema/write';

const shared = process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', 'shared');
const vectors = join(shared, 'recordings', 'proxmox', 'validate-vectors.txt');
const where = (file: string): readonly [typeof it, string] => (existsSync(file) ? [it, ''] : [it.skip as typeof it, ` (skipped: no ${file}; set SLUICE_RECORDINGS)`]);
const [withSchemas, noSchemas] = where(join(shared, 'schemas', 'pve-8.json'));
const [withVectors, noVectors] = where(vectors);

/** The parameters of the recorder's probe: one for each kind of check. */
const probe: MethodSpec = {
  method: 'POST', path: '/probe',
  params: {
    b: { type: 'boolean', optional: true }, i: { type: 'integer', optional: true, min: 1, max: 10 }, e: { type: 'string', optional: true, enum: ['a', 'b'] }, p: { type: 'string', optional: true, pattern: '\\+?\\d+(\\.\\d+)?[KMGT]?' }, l: { type: 'string', optional: true, maxLength: 3 },
    r: { type: 'string' }, v: { type: 'integer', optional: true, format: 'pve-vmid' }, n: { type: 'string', optional: true, format: 'dns-name' }, t: { type: 'string', optional: true, format: 'pve-tag-list' }, q: { type: 'string', optional: true, requires: 'l' },
    s: { type: 'string', optional: true, format: 'urlencoded' }, c: { type: 'string', optional: true, format: 'pve-configid-list' },
    ps: { type: 'string', optional: true, property: {
      fields: { model: { type: 'string', isDefault: true, enum: ['virtio', 'e1000'] }, macaddr: { type: 'string', optional: true, format: 'mac-addr' }, bridge: { type: 'string', optional: true }, firewall: { type: 'boolean', optional: true }, tag: { type: 'integer', optional: true, min: 1, max: 4094 } },
      keyAlias: { keys: ['virtio', 'e1000'], names: 'model', carries: 'macaddr' },
    } },
  },
};

describe('the table of Proxmox parameters', () => {
  withSchemas(`is what the official schemas of 8 and 9 compile to${noSchemas}`, () => {
    expect(readFileSync(target, 'utf8')).toBe(compiled());
  });

  it('reads patterns of Perl: what ignores case, what starts at no number', () => {
    expect(pattern('(?^i:[a-z]+)x')).toBe('(?i)(?:[a-z]+)x');
    expect(pattern('(?^:\\d+){,16}')).toBe('(?:\\d+){0,16}');
  });

  it('has patterns that this machine can read, all of them', () => {
    const params = official.flatMap((spec) => [...Object.values(spec.params), ...Object.values(spec.in9 ?? {})]).filter((param) => param !== null);
    const patterns = params.flatMap((param) => [param.pattern, ...Object.values(param.property?.fields ?? {}).map((field) => field.pattern)]).filter((each) => each !== undefined);
    expect(patterns.length).toBeGreaterThan(20);
    for (const each of patterns) expect(() => new RegExp(`^(?:${each.replace('(?i)', '')})$`)).not.toThrow();
  });

  withVectors(`answers what the real validator of 8.4 answered, sentence by sentence${noVectors}`, () => {
    const cases = readFileSync(vectors, 'utf8').trim().split(/\n(?=\{.*\} => )/).map((text) => /^(\{.*\}) => (OK|400[^\n]*)\n?\s*(\{[\s\S]*\})?$/.exec(text));
    expect(cases.length).toBeGreaterThan(40);
    for (const each of cases) {
      if (each === null) throw new Error('a vector that cannot be read');
      const given = { r: 'x', ...(JSON.parse(each[1] ?? '') as Record<string, unknown>) };
      expect({ given, errors: validateParams('8.4', probe, given) }).toEqual({ given, errors: each[2] === 'OK' ? null : JSON.parse(each[3] ?? 'null') });
    }
  });
});
