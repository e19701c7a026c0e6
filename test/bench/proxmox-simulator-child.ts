// A child process with one simulated Proxmox in it, so that its memory and its one core are its own. Beside it a server
// that does nothing: the yardstick.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { startProxmoxSim, type ProxmoxSimOptions } from '../../src/lab/proxmox';
import { makeCertificate } from '../../src/lab/proxmox/certificate';

type Given = ProxmoxSimOptions & { readonly bare: string };

process.once('SIGTERM', () => process.exit());
process.once('message', (options) => void serve(options as Given));

async function serve(options: Given): Promise<void> {
  const sim = await startProxmoxSim(options);
  const certificate = await makeCertificate('bare');
  const bare = createServer(certificate, (_request, response) => void response.setHeader('Content-Type', 'application/json').end(options.bare));
  bare.maxRequestsPerSocket = 100;
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ usage: { rss: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1024, cpuMicros: user + system, writes: sim.stateWrites() } });
  });
  process.send?.({ started: { url: sim.nodes[0]?.url, bareUrl: `https://127.0.0.1:${(bare.address() as AddressInfo).port}`, caPem: sim.caPem, barePem: certificate.cert, token: sim.tokenIds.reflect, root: sim.tokenIds.root } });
}
