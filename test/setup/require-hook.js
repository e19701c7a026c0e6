const Module = require('node:module');

/** Lets `require` load .ts and .tsx files of this checkout through `compile`. */
exports.addHook = (compile) => {
  for (const extension of ['.ts', '.tsx']) {
    Module._extensions[extension] = (module, filename) => module._compile(compile(filename), filename);
  }
};
