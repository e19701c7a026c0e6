// Starts a simulated Proxmox cluster: state from its file or from the seed, one HTTPS server per node, all in this process.
import { makeCertificate } from './certificate';
import { Cluster } from './cluster';
import { Faults } from './control/faults';
import { RequestLog } from './control/requests';
import { NodeServer } from './http/server';
import type { ProxmoxSimOptions, RunningProxmoxSim } from './options';
import { checkAllServed } from './routes';
import { rootToken, seededState } from './seed';
import { tokenIdOf, tokenNames, type TokenName } from './sluice-rights';
import { StateFile } from './state-file';
import { refreshStatistics } from './statistics';
import { buryRunning } from './tasks';

export async function startProxmoxSim(options: ProxmoxSimOptions): Promise<RunningProxmoxSim> {
  checkAllServed();
  const file = new StateFile(options.stateFile ?? null);
  const saved = file.load();
  const state = saved ?? seededState(options, await makeCertificate(options.clusterName), Math.floor(Date.now() / 1000));
  const cluster = new Cluster(options, state, (changed) => file.save(changed));
  buryRunning(state.tasks, cluster.now());
  refreshStatistics(cluster, saved === null);
  cluster.commit();
  file.flush();
  const followNodes = async (except?: NodeServer): Promise<void> => {
    if (cluster.closing.signal.aborted) return;
    const online = servers.filter((server) => state.nodes.some((node) => node.name === server.name && node.online));
    for (const server of servers.filter((each) => each !== except)) await server.setListening(online.includes(server) || (online.length === 0 && server === servers[0]));
  };
  const shared = { cluster, log: new RequestLog(), faults: new Faults(), file, certificate: state.certificate, followNodes };
  const servers: readonly NodeServer[] = options.nodes.map((name) => new NodeServer(shared, name));
  const ports = await Promise.all(servers.map((server, index) => server.listen(options.ports?.[index] ?? 0)));
  await followNodes();
  return {
    nodes: servers.map((server, index) => ({ name: server.name, url: `https://127.0.0.1:${ports[index] ?? 0}` })),
    caPem: state.certificate.cert,
    tokenIds: { root: rootToken, ...Object.fromEntries(tokenNames.map((name) => [name, tokenIdOf(name)])) as Record<TokenName, string> },
    stateWrites: () => file.writes,
    async close() {
      cluster.closing.abort();
      shared.faults.lift();
      await Promise.all(servers.map((server) => server.close()));
      file.write();
    },
  };
}
