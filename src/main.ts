// Starts Sluice. Without any configuration it starts the lab around itself: a newcomer's first minute needs nothing else.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from './platform/config';
import { CannotStart } from './platform/database';
import { makeLog } from './platform/log';
import { Shutdown } from './platform/shutdown';
import { startSluice } from './roles/start';

async function main(): Promise<void> {
  const config = loadConfig(process.env, process.cwd());
  const log = makeLog(config.log);
  const shutdown = new Shutdown({ log });
  shutdown.listen();
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  const failpoints = process.env['SLUICE_FAILPOINTS'];
  const common = { log, shutdown, version, ...(failpoints === undefined ? {} : { failpoints }) };
  if (!config.startLab) {
    const { url } = await startSluice(config, common);
    log.info({ url, roles: config.roles }, 'started');
    return;
  }
  // The one road from production code into the lab (DESIGN "Who may know whom").
  const { freePort, labFileOf, startLab, welcome } = await import('./lab/index.js');
  const lab = await startLab({ directory: config.dataDirectory, labFile: labFileOf(process.cwd()), overrides: { http: { ...config.http, port: await freePort(config.http.port) } } });
  shutdown.onStop('lab', () => lab.stop());
  const { url } = await startSluice(lab.config, { ...common, seed: (owner) => lab.seed(owner), lab: lab.parts });
  if (url === null) throw new CannotStart('The lab needs the api role.');
  await lab.connect(url);
  process.stdout.write(welcome(url, lab));
}

main().catch((trouble: unknown) => {
  process.stderr.write(trouble instanceof CannotStart ? `Sluice cannot start. ${trouble.message}\n` : `Sluice stopped on an error: ${trouble instanceof Error ? (trouble.stack ?? trouble.message) : String(trouble)}\n`);
  process.exit(1);
});
