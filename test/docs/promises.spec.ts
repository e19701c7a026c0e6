// The pages speak of files, promises, triggers and rules: a path or a name that is not there, or a test that does not name what it
// is said to prove, makes them untrue.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const promises = readFileSync('docs/promises.md', 'utf8');
const features = readFileSync('docs/features.md', 'utf8');

const pathsIn = (text: string): readonly string[] => [...text.matchAll(/`((?:src|test|config|migrations|docs|deploy|\.ci)\/[^`\s*]*)`/g)].flatMap(([, path]) => path ?? []);
/** Cells of the row that begins with a number: what is promised, what keeps it, what proves it. */
const rows = new Map([...promises.matchAll(/^\| P(\d+) \|(.*)\|$/gm)].map(([, number, rest]) => [Number(number), (rest ?? '').split(' | ')] as const));

/** A line of a spec that gives a test its name with this number in it. */
const names = (source: string, number: number): boolean => source.split('\n').some((line) => new RegExp(`\\bP${number}\\b`).test(line) && /(?:\bit|\btest|\]|const\)|`)\s*\)?\s*(?:\(|:|\.each)/.test(line));

describe('docs/promises.md', () => {
  it('has a row for each of the 43 promises, and for no other', () => {
    expect([...rows.keys()]).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
  });

  it('names for each promise tests that cite it, or says that it is not proved yet', () => {
    const untrue = [...rows].flatMap(([number, cells]) => {
      const proof = cells.at(-1) ?? '';
      if (proof.trim().startsWith('not yet')) return [];
      const tests = pathsIn(proof);
      return tests.length === 0 ? [`P${number} names no test`] : tests.filter((path) => existsSync(path) && !names(readFileSync(path, 'utf8'), number)).map((path) => `P${number}: ${path} does not cite it`);
    });
    expect(untrue).toEqual([]);
  });

  it('says "not yet" of exactly the numbers that stand in not-yet.txt', () => {
    const admitted = readFileSync('test/promises/not-yet.txt', 'utf8').split('\n').flatMap((line) => /^P(\d+) /.exec(line)?.[1] ?? []).map(Number);
    expect([...rows].filter(([, cells]) => (cells.at(-1) ?? '').trim().startsWith('not yet')).map(([number]) => number)).toEqual(admitted);
  });

  it('finds the name of a test in a line, and nowhere else', () => {
    expect(names("  it('P13 refuses', f);", 13)).toBe(true);
    expect(names("  ])('P13 at %s', f);", 13)).toBe(true);
    expect(names("  ] as const)('P13 somebody %s', f);", 13)).toBe(true);
    expect(names("  { it: 'P13 is kept', as: 'api' },", 13)).toBe(true);
    expect(names("  it('P13 refuses', f);", 1)).toBe(false);
    expect(names('// Carries P13.', 13)).toBe(false);
  });
});

describe('what the pages name', () => {
  it.each([['docs/promises.md', promises], ['docs/features.md', features]])('files that exist, many of them: %s', (_page, text) => {
    expect(pathsIn(text).length).toBeGreaterThan(50);
    expect(pathsIn(text).filter((path) => !existsSync(path))).toEqual([]);
  });

  it.each(['docs/architecture.md', 'docs/glossary.md', 'docs/netbox-setup.md', ...readdirSync('docs/adr').map((name) => `docs/adr/${name}`)])('files that exist: %s', (page) => {
    expect(pathsIn(readFileSync(page, 'utf8')).filter((path) => !existsSync(path))).toEqual([]);
  });

  it('tables, constraints, triggers and functions that the migrated database has', () => {
    const schema = readFileSync('migrations/schema.sql', 'utf8');
    const named = [...promises.matchAll(/`([a-z]+(?:_[a-z]+)+)(?:\(\)|\.[a-z_]+)?`/g)].flatMap(([, name]) => name ?? []);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(schema))).toEqual([]);
  });

  it('states, exactly those that the tables allow', () => {
    const schema = readFileSync('migrations/schema.sql', 'utf8');
    const section = readFileSync('docs/architecture.md', 'utf8').split('## States and their tables')[1]?.split('\n## ')[0] ?? '';
    const told = [...section.matchAll(/^\| [^|]+ \| [^|]*`([a-z_]+)`[^|`]* \| ([^|]+) \|/gm)].map(([, table, states]) => `${table}: ${(states ?? '').trim().split(', ').sort().join(', ')}`);
    const allowed = new Map([...schema.matchAll(/^constraint \w+ on (\w+): CHECK \(\((?:state|status) = ANY \(ARRAY\[(.*)\]\)\)\)$/gm)].map(([, table, states]) => [table ?? '', [...(states ?? '').matchAll(/'([a-z-]+)'/g)].flatMap(([, state]) => state ?? []).sort().join(', ')]));
    expect(told.length).toBeGreaterThan(8);
    expect(told.filter((line) => line !== `${line.split(':')[0]}: ${allowed.get(line.split(':')[0] ?? '')}`)).toEqual([]);
  });

  it('dependency rules, all of them and no other', () => {
    const rules = [...readFileSync('.dependency-cruiser.cjs', 'utf8').matchAll(/name: '([a-z-]+)'/g)].flatMap(([, name]) => name ?? []);
    const table = readFileSync('docs/architecture.md', 'utf8').split('## Who may know whom')[1]?.split('## Processes and roles')[0] ?? '';
    expect([...table.matchAll(/^\| (`.*) \|.*\|$/gm)].flatMap(([, cell]) => [...(cell ?? '').matchAll(/`([a-z-]+)`/g)].flatMap(([, name]) => name ?? [])).sort()).toEqual([...rules].sort());
  });
});
