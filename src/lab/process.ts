// The child process in which the simulators live: Sluice speaks with them over sockets only. It ends with its parent.
import { startNetBoxSim, type NetBoxSimOptions } from './netbox';
import { startProxmoxSim, type ProxmoxSimOptions } from './proxmox';

export interface LabOrder { readonly proxmox: readonly ProxmoxSimOptions[]; readonly netbox: NetBoxSimOptions }
export interface LabAnswer { readonly proxmox: readonly { readonly name: string; readonly nodes: readonly { readonly name: string; readonly url: string }[]; readonly caPem: string }[]; readonly netbox: { readonly url: string } }

async function live(order: LabOrder): Promise<void> {
  const proxmox = await Promise.all(order.proxmox.map(async (options) => ({ name: options.clusterName, sim: await startProxmoxSim(options) })));
  const netbox = await startNetBoxSim(order.netbox);
  const close = (): void => void Promise.all([...proxmox.map(({ sim }) => sim.close()), netbox.close()]).finally(() => process.exit(0));
  process.on('disconnect', close);
  process.on('SIGTERM', close);
  // Ctrl-C reaches the whole group; the parent stops Sluice first and then lets go of us.
  process.on('SIGINT', () => undefined);
  const answer: LabAnswer = { proxmox: proxmox.map(({ name, sim }) => ({ name, nodes: sim.nodes, caPem: sim.caPem })), netbox: { url: netbox.url } };
  process.send?.({ ready: answer });
}

process.once('message', (order) => {
  live(order as LabOrder).catch((trouble: unknown) => {
    process.send?.({ failed: trouble instanceof Error ? trouble.message : String(trouble) });
    process.exit(1);
  });
});
