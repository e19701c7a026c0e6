// jest's global setup runs outside its transforms: the TypeScript of src/ is compiled here in the same way.
const { addHook } = require('./require-hook');
const { transformSync } = require('@swc/core');
const { readFileSync } = require('node:fs');

addHook((filename) => transformSync(readFileSync(filename, 'utf8'), {
  filename,
  jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: filename.endsWith('x'), decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: 'automatic', importSource: 'preact' } } },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
}).code);
