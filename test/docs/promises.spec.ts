// docs/promises.md and docs/features.md speak of files and of promises: a path that is not there, or a test that does not name what
// it is said to prove, makes the pages untrue.
import { existsSync, readFileSync } from 'node:fs';

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

describe('the files that the pages name', () => {
  it.each([['docs/promises.md', promises], ['docs/features.md', features]])('exist: %s', (_page, text) => {
    expect(pathsIn(text).length).toBeGreaterThan(50);
    expect(pathsIn(text).filter((path) => !existsSync(path))).toEqual([]);
  });
});
