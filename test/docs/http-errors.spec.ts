// docs/http-errors.md is what `code` in every answer points to: a code that is not there cannot be looked up, and a status that is
// not the real one misleads a client.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusOf } from '../../src/platform/http';

const page = readFileSync('docs/http-errors.md', 'utf8');

/** Codes written as text in a source: `refuse('a.b', ...)`, `code: 'a.b'`, both arms of a condition after `code:`, a code by its parts. */
export function codesIn(source: string): readonly string[] {
  const plain = [...source.matchAll(/\b(?:refuse|refused)\(\s*'([a-z-]+\.[a-z-]+)'/g)];
  const written = [...source.matchAll(/\bcode: (?:[^,'`\n]*\? )?'([a-z-]+\.[a-z-]+)'(?: : '([a-z-]+\.[a-z-]+)')?/g)];
  const mapped = [...source.matchAll(/\bSL\d{3}: '([a-z-]+\.[a-z-]+)'/g)];
  return [...plain, ...written, ...mapped].flatMap(([, first, second]) => [first, second].filter((code) => code !== undefined));
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.spec\.tsx?$/.test(name) && !name.startsWith('lab/'));

describe('docs/http-errors.md', () => {
  it('names every refusal code that stands in the code', () => {
    const missing = sources.flatMap((name) => codesIn(readFileSync(join('src', name), 'utf8')).filter((code) => !page.includes(`\`${code}\``)).map((code) => `${code} (src/${name})`));
    expect(missing).toEqual([]);
  });

  it('finds codes however they are written', () => {
    expect(codesIn(`refuse('a.b', x); no({ code: 'c.d', summary }); { code: bug ? 'e.f' : 'g.h', s }; SL001: 'i.j'; refused('k.l-m', o)`)).toEqual(['a.b', 'k.l-m', 'c.d', 'e.f', 'g.h', 'i.j']);
    expect(sources.flatMap((name) => codesIn(readFileSync(join('src', name), 'utf8'))).length).toBeGreaterThan(150);
  });

  it('gives each code the status that it has', () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+\.[a-z-]+)` \| (\d{3}) \|/gm)];
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(([, code, status]) => statusOf(code ?? '') !== Number(status)).map(([, code]) => `${code}: ${statusOf(code ?? '')}`)).toEqual([]);
  });
});
