// The lab's child process from the sources of this checkout, as the tests start it.
require('./use-typescript');
require('../../src/lab/process');
