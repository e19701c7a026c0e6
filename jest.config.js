/** One database per test file (template clone): test/setup holds the cluster, each file asks `testDatabase()` for its own copy. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/src/**/*.spec.tsx', '<rootDir>/test/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/test/fixtures/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: { '^.+\\.(t|j|mj)sx?$': ['@swc/jest', {
    jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true, decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: 'automatic', importSource: 'preact', throwIfNamespace: false } } },
    module: { type: 'commonjs' }, sourceMaps: 'inline' }] },
  transformIgnorePatterns: ['/node_modules/(?!(preact|preact-render-to-string)/)'],
  setupFilesAfterEnv: ['<rootDir>/test/setup/official/after-each.ts'],
  globalSetup: '<rootDir>/test/setup/start-postgres.js',
  globalTeardown: '<rootDir>/test/setup/stop-postgres.js',
  reporters: ['default', '<rootDir>/test/setup/closing-line-reporter.js'],
  maxWorkers: 2,
  testTimeout: 30000,
};
