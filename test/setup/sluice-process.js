// A Sluice of its own process, from the sources of this checkout, for tests that kill it.
require('reflect-metadata');
require('./use-typescript');
require('../crash/sluice-process');
