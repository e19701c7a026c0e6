// A child process with one simulated NetBox in it, so that its memory is its own.
import { startNetBoxSim, type NetBoxSimOptions } from '../../src/lab/netbox';

process.once('message', (options) => {
  void startNetBoxSim(options as NetBoxSimOptions).then((sim) => {
    process.on('message', () => process.send?.({ memory: { now: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1024 } }));
    process.send?.({ url: sim.url });
  });
});
