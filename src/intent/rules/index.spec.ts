import { readdirSync } from 'node:fs';
import { softRules } from '../../policy';
import { rules } from './index';

it('every rule has a spec beside it, and every file of a rule is in the list', () => {
  const files = readdirSync(__dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && file !== 'index.ts' && file !== 'rule.ts').map((file) => file.replace('.ts', ''));
  const specs = readdirSync(__dirname).filter((file) => file.endsWith('.spec.ts')).map((file) => file.replace('.spec.ts', ''));
  expect(files.filter((file) => !specs.includes(file))).toEqual([]);
  expect(rules).toHaveLength(files.length);
  expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
});

it('P32 every rule that a policy may soften is one of these', () => expect(Object.values(softRules).filter((name) => !rules.some((rule) => rule.name === name))).toEqual([]));
