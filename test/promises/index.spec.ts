// Every promise is proved or admitted: a number has a test that names it, or a line with the reason in not-yet.txt, never both,
// so the list can only shrink.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const numbers = Array.from({ length: 43 }, (_, index) => index + 1);
const listFile = 'test/promises/not-yet.txt';

/** Numbers that a test's name cites: `it('P13 refuses ...')`, `it.each(...)('P15, P16 ...')`, `{ it: 'P4 ...' }` in a table. Skipped tests prove nothing. */
export function citedIn(source: string): readonly number[] {
  const names = source.matchAll(/(?<![.\w])(?:it|test)(?:\.(?:each|concurrent|failing|only))*(?:\s*\(\s*\[[\s\S]*?\]\s*(?:as const)?\s*\)|\s*`[\s\S]*?`)?\s*(?:\(|:)\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g);
  return [...names].flatMap(([, single, double, template]) => [...(single ?? double ?? template ?? '').matchAll(/\bP(\d{1,3})\b/g)].map(([, digits]) => Number(digits)));
}

const specs = (folder: string): readonly string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.spec\.tsx?$/.test(name) && !name.startsWith('fixtures/')).map((name) => join(folder, name)).filter((name) => name !== join('test', 'promises', 'index.spec.ts'));

const proofs = new Map<number, string[]>();
for (const file of [...specs('src'), ...specs('test')]) for (const number of citedIn(readFileSync(file, 'utf8'))) proofs.set(number, [...(proofs.get(number) ?? []), file]);
const admitted = readFileSync(listFile, 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => ({ line, number: Number(/^P(\d+) \S/.exec(line)?.[1] ?? Number.NaN) }));
const named = (number: number): string => `P${number}`;

describe('the promises', () => {
  it('are each proved by a test that names them, or stand in not-yet.txt with the reason', () => {
    expect(numbers.filter((number) => !proofs.has(number) && !admitted.some((entry) => entry.number === number)).map(named)).toEqual([]);
  });

  it('are not in not-yet.txt any more once a test names them: take these lines out', () => {
    expect(admitted.filter(({ number }) => proofs.has(number)).map(({ number, line }) => `${line} (proved in ${[...new Set(proofs.get(number))].join(', ')})`)).toEqual([]);
  });

  it('have known numbers, in tests and in the list, and each stands in the list once', () => {
    expect([...proofs].filter(([number]) => !numbers.includes(number)).map(([number, files]) => `${named(number)} in ${files.join(', ')}`)).toEqual([]);
    expect(admitted.filter(({ number }) => !numbers.includes(number)).map(({ line }) => line)).toEqual([]);
    expect(new Set(admitted.map(({ number }) => number)).size).toBe(admitted.length);
  });

  it('are found in the names of tests and nowhere else', () => {
    expect(citedIn("it('P1 a', f); it('x (P2, P3)', f); it.each([[1, 'P9']])('P4 %s', f); test(\"P5\", f); it(`P6 x`, f); [{ it: 'P7 g' }]")).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(citedIn("it.skip('P1 a', f); xit('P2', f); it.todo('P3'); // P4\nconst x = 'P5'; describe('P6', f); audit('P7'); it('P8x SP9', f)")).toEqual([]);
  });
});
