// A child process with one simulated Proxmox in it, so that its memory and its one core are its own. Beside it, on the same
// certificate, a server that does nothing: the yardstick.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { startProxmoxSim, type ProxmoxSimOptions } from '../../src/lab/proxmox';
import type { ClusterState } from '../../src/lab/proxmox/state';

process.once('SIGTERM', () => process.exit());
process.once('message', (options) => void serve(options as ProxmoxSimOptions & { readonly stateFile: string; readonly bare: string }));

async function serve(options: ProxmoxSimOptions & { readonly stateFile: string; readonly bare: string }): Promise<void> {
  const sim = await startProxmoxSim(options);
  const { certificate } = JSON.parse(readFileSync(options.stateFile, 'utf8')) as ClusterState;
  const bare = createServer(certificate, (_request, response) => void response.setHeader('Content-Type', 'application/json').end(options.bare));
  bare.maxRequestsPerSocket = 100;
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ usage: { rss: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1024, cpuMicros: user + system, writes: sim.stateWrites() } });
  });
  process.send?.({ started: { url: sim.nodes[0]?.url, bareUrl: `https://127.0.0.1:${(bare.address() as AddressInfo).port}`, caPem: sim.caPem, token: sim.tokenIds.reflect, root: sim.tokenIds.root } });
}
