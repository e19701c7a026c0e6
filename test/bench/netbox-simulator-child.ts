// A child process with one simulated NetBox in it, so that its memory and its time are its own.
import { startNetBoxSim, type NetBoxSimOptions } from '../../src/lab/netbox';

const millisOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

process.once('message', (options) => {
  void startNetBoxSim(options as NetBoxSimOptions).then((sim) => {
    process.on('message', () => process.send?.({ used: { memory: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1024, millis: millisOf(process.cpuUsage()) } }));
    process.send?.({ url: sim.url });
  });
});
