// What a reviewer would otherwise have to say again and again. No comment in the code can switch a rule off: an exception is
// made here, for a folder, with its reason.
import tseslint from 'typescript-eslint';

const fresh = {
  selector: 'TSAsExpression > TSTypeReference[typeName.name="Fresh"], TSTypeAssertion > TSTypeReference[typeName.name="Fresh"], TSAsExpression > TSTypeReference[typeName.right.name="Fresh"]',
  message: 'Only effects/recheck.ts makes a Fresh<T>: everywhere else it is evidence that a re-read took place (P9, P10).',
};
const clock = {
  selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"], NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
  message: 'Times are the database\'s clock: ask sluice_now() in SQL (P8).',
};
const environment = { selector: 'MemberExpression[object.name="process"][property.name="env"]', message: 'Only main and cli hand the environment over, to platform/config: everybody else gets values.' };
const chance = { selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]', message: 'Ids and secrets come from node:crypto; nothing else may depend on chance (P1).' };
const asynchronous = { selector: ':function[async=true], AwaitExpression, ForOfStatement[await=true]', message: 'A core is synchronous: what can wait can read the world, and then it cannot be replayed or explained.' };
const world = { selector: 'Identifier[name=/^(process|fetch|setTimeout|setInterval|setImmediate|queueMicrotask|performance)$/]', message: 'A core is pure: no clock, network, environment.' };

const sqlInStores = {
  create: (context) => ({
    'CallExpression[callee.property.name=/^(one|maybe|rows|change)$/][arguments.0.type=/^(Literal|TemplateLiteral)$/]': (node) => context.report({ node, message: 'SQL stays in stores: give this statement a name in a *.store.ts.' }),
  }),
};

const restricted = (...rules) => ({ 'no-restricted-syntax': ['error', ...rules] });
const everywhere = [fresh, chance];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.data/', 'test/fixtures/forbidden/', '**/*.js', '**/*.cjs', '**/*.mjs', 'src/ui/assets/'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.base],
    plugins: { house: { rules: { 'sql-in-stores': sqlInStores } } },
    linterOptions: { noInlineConfig: true },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true }],
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      eqeqeq: ['error', 'always', { null: 'ignore' }], 'no-console': 'error', 'no-debugger': 'error', 'no-eval': 'error', 'no-var': 'error', 'prefer-const': 'error', 'no-empty': 'error', 'no-self-compare': 'error', 'no-unreachable-loop': 'error', 'no-template-curly-in-string': 'error',
      ...restricted(...everywhere, clock, environment),
      'house/sql-in-stores': 'error',
      'no-restricted-imports': ['error', { paths: [{ name: 'typeorm', message: 'SQL stays in stores: use Tx and Database of platform/database.' }, { name: 'pg', message: 'SQL stays in stores: use Tx and Database of platform/database.' }] }],
    },
  },
  { // Controllers, modules and DTOs: Nest and class-transformer read the classes at run time, so they are imported as values.
    files: ['src/**/*.controller.ts', 'src/**/*.module.ts', 'src/**/*.guard.ts', 'src/**/*.dto.ts', 'src/**/*.filter.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  { // Timeouts, polling pauses, caches and signatures' ages measure real time; none of it decides about a row.
    files: ['src/platform/**', 'src/lab/**', 'src/effects/**', 'src/proxmox/**', 'src/netbox/**', 'src/roles/**', 'src/*/*.service.ts', 'src/*/*.controller.ts', 'src/intent/gate-door.ts'],
    rules: restricted(...everywhere, environment),
  },
  { files: ['src/proxmox/http.ts', 'src/netbox/http.ts'], rules: restricted(fresh, environment) }, // reads that are tried again spread out by chance
  { files: ['src/platform/database/embedded/**'], rules: restricted(...everywhere) }, // what a child process inherits
  { files: ['src/effects/recheck.ts'], rules: restricted(chance, environment, clock) },
  { // The composition roots: they alone see the environment.
    files: ['src/main.ts', 'src/cli.ts', 'src/cli/**', 'src/lab/**/main.ts', 'src/lab/**/child.ts'],
    rules: { ...restricted(...everywhere), 'no-console': 'off' },
  },
  { // Where SQL lives.
    files: ['src/**/*.store.ts', 'src/platform/database/**', 'migrations/**', 'ormconfig.ts'],
    rules: { 'no-restricted-imports': 'off', 'house/sql-in-stores': 'off' },
  },
  { files: ['src/lab/**'], rules: { 'house/sql-in-stores': 'off' } }, // the lab prepares what no process of Sluice may write
  { files: ['ormconfig.ts'], rules: restricted(...everywhere) },
  { // Pure and synchronous.
    files: ['src/kernel/**', 'src/guest/**', 'src/*/core/**', 'src/*/rules/**'],
    rules: restricted(...everywhere, clock, environment, asynchronous, world),
  },
  { // Tests look at everything: SQL as each role, real time, the place of the recordings, answers as they come over the wire.
    files: ['**/*.spec.ts', '**/*.spec.tsx', 'test/**'],
    rules: { 'no-restricted-syntax': 'off', 'no-restricted-imports': 'off', 'house/sql-in-stores': 'off', 'no-console': 'off', '@typescript-eslint/no-explicit-any': 'off', '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/require-array-sort-compare': 'off', '@typescript-eslint/switch-exhaustiveness-check': 'off', '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off', '@typescript-eslint/no-unsafe-argument': 'off', '@typescript-eslint/no-unsafe-return': 'off', '@typescript-eslint/no-unsafe-call': 'off' },
  },
);
