#!/usr/bin/env node
import { runCli } from './cli/run-cli';

// A reader that stops reading (`| head`) is no error.
process.stdout.on('error', (trouble: NodeJS.ErrnoException) => process.exit(trouble.code === 'EPIPE' ? 0 : 1));

void runCli(process.argv.slice(2), {
  env: process.env, cwd: process.cwd(),
  out: (line) => void process.stdout.write(`${line}\n`), err: (line) => void process.stderr.write(`${line}\n`),
}).then((code) => { process.exitCode = code; });
