// A lint rule that nobody saw fail may have been switched off by a typing error: each one that carries a promise is tried here.
// The texts are linted in the place of existing files, because the rules differ by folder.
import { spawn } from 'node:child_process';

interface Case { readonly what: string; readonly file: string; readonly text: string; readonly rule: string | null }

const plain = 'src/apply/runner.ts';
const restricted = 'no-restricted-syntax';
const cases: readonly Case[] = [
  { what: 'P9 a Fresh made by a cast outside recheck', file: plain, text: "import type { Fresh } from '../kernel';\nexport const forged = {} as Fresh<string>;\n", rule: restricted },
  { what: 'P9 a Fresh made by a cast within effects, but not in recheck', file: 'src/effects/effect-runner.ts', text: "import type { Fresh } from '../kernel';\nexport const forged = {} as unknown as Fresh<string>;\n", rule: restricted },
  { what: 'a Fresh made in recheck', file: 'src/effects/recheck.ts', text: "import type { Fresh } from '../kernel';\nexport const made = {} as Fresh<string>;\n", rule: null },
  { what: 'P8 a time of our own', file: plain, text: 'export const now = Date.now();\n', rule: restricted },
  { what: 'P8 a date of our own', file: 'src/intent/plan.store.ts', text: 'export const now = new Date();\n', rule: restricted },
  { what: 'a date that was read', file: plain, text: "export const then = new Date('2026-11-20T00:00:00Z');\n", rule: null },
  { what: 'P1 chance', file: plain, text: 'export const dice = Math.random();\n', rule: restricted },
  { what: 'a variable read far from main', file: plain, text: "export const url = process.env['DATABASE_URL'];\n", rule: restricted },
  { what: 'an asynchronous core', file: 'src/intent/core/plan.ts', text: 'export const wait = async (): Promise<void> => { await Promise.resolve(); };\n', rule: restricted },
  { what: 'a core that looks at the process', file: 'src/intent/core/plan.ts', text: 'export const pid = process.pid;\n', rule: restricted },
  { what: 'SQL outside a store', file: plain, text: "import { Client } from 'pg';\nexport const client = new Client();\n", rule: 'no-restricted-imports' },
  { what: 'SQL in a store', file: 'src/intent/plan.store.ts', text: "import { Client } from 'pg';\nexport const client = new Client();\n", rule: null },
  { what: 'a statement outside a store', file: plain, text: "export const look = (db: { one(sql: string): number }): number => db.one('select 1');\n", rule: 'house/sql-in-stores' },
  { what: 'a statement in a store', file: 'src/intent/plan.store.ts', text: "export const look = (db: { one(sql: string): number }): number => db.one('select 1');\n", rule: null },
  { what: 'any', file: plain, text: 'export const hole: any = 1;\n', rule: '@typescript-eslint/no-explicit-any' },
  { what: 'a promise nobody waits for', file: plain, text: 'export function go(): void { Promise.resolve(1); }\n', rule: '@typescript-eslint/no-floating-promises' },
  { what: 'P30 a switch that forgets a member', file: plain, text: "export const f = (x: 'a' | 'b'): number => { switch (x) { case 'a': return 1; } return 0; };\n", rule: '@typescript-eslint/switch-exhaustiveness-check' },
  { what: 'a line on the console', file: plain, text: "console.log('x');\nexport {};\n", rule: 'no-console' },
  { what: 'a comment that switches a rule off', file: plain, text: '/* eslint-disable */\nexport const hole: any = 1;\n', rule: '@typescript-eslint/no-explicit-any' },
];

async function lint(asked: readonly Case[]): Promise<readonly (readonly { rule: string; message: string }[])[]> {
  const child = spawn(process.execPath, [require.resolve('./lint.cjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { answer += text; });
  child.stdin.end(JSON.stringify(asked.map(({ file, text }) => ({ file, text }))));
  await new Promise((resolve) => child.on('close', resolve));
  return JSON.parse(answer) as readonly (readonly { rule: string; message: string }[])[];
}

describe('lint', () => {
  let answers: Awaited<ReturnType<typeof lint>> = [];
  beforeAll(async () => { answers = await lint(cases); }, 90_000);

  it.each(cases.map((one, index) => [one.rule === null ? 'lets pass' : 'refuses', one.what, index] as const))('%s %s', (_verb, _what, index) => {
    const said = (answers[index] ?? []).map(({ rule }) => rule).filter((rule) => rule !== '@typescript-eslint/no-unused-vars' && rule !== 'parser');
    const expected = cases[index]?.rule ?? null;
    if (expected === null) expect(answers[index]).toEqual([]);
    else expect(said).toContain(expected);
  });
});
