// Migration: the configuration moves to another node and the old path answers as if the guest were gone (Proxmox VE 8.4).
import { isOn, needs, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { haOf, isHaManaged } from '../ha';
import { moveGuest } from '../move';
import { isCdrom, isDrive, isUnused, volumeIn } from '../property-values';
import { badParameters, die } from '../pve-error';
import type { GuestKind } from '../state';

function preconditions(call: Call): Record<string, unknown> {
  const { cluster } = call;
  const guest = cluster.guestAt(call.node, 'qemu', vmidOf(call));
  const disks = Object.entries(guest.main).flatMap(([key, value]) => {
    const volid = isDrive(key) || isUnused(key) ? volumeIn(key, value) : null;
    const volume = volid === null ? undefined : cluster.state.volumes[volid];
    if (volid === null || volume === undefined || cluster.storage(volume.storage).shared === true) return [];
    return [{ volid, size: volume.bytes, drivename: key, cdrom: isCdrom(key, value) ? 1 : 0, is_unused: isUnused(key) ? 1 : 0, is_attached: isUnused(key) ? 0 : 1, is_tpmstate: key === 'tpmstate0' ? 1 : 0, is_vmstate: 0, shared: 0, replicate: 1 }];
  });
  const others = cluster.state.nodes.filter((node) => node.name !== call.node).map((node) => node.name);
  return { running: guest.power === null ? 0 : 1, local_disks: disks, local_resources: [], 'mapped-resources': [], 'mapped-resource-info': {}, allowed_nodes: others, not_allowed_nodes: Object.fromEntries(guest.power === null ? others.map((node) => [node, {}]) : []) };
}

function checkTarget(call: Call): string {
  const target = call.params['target'] ?? '';
  const { state } = call.cluster;
  if (target === call.node) badParameters({ target: 'target is local node.' });
  if (!state.nodes.some((node) => node.name === target)) die(`no such cluster node '${target}'`);
  if (!state.quorate) die('cluster not ready - no quorum?');
  return target;
}

function migrate(call: Call, kind: GuestKind): Answer {
  const { cluster } = call;
  const vmid = vmidOf(call);
  const target = checkTarget(call);
  const found = cluster.guestAt(call.node, kind, vmid);
  if (found.main['lock'] !== undefined) die(`${kind === 'qemu' ? 'VM' : 'CT'} is locked (${found.main['lock']})`);
  if (found.power !== null && kind === 'qemu' && !isOn(call, 'online')) die("can't migrate running VM without --online");
  if (found.power !== null && kind === 'lxc' && !isOn(call, 'online') && !isOn(call, 'restart')) die("can't migrate running container without --online or --restart");
  if (isHaManaged(cluster, vmid)) {
    return task(call, 'hamigrate', vmid, async (worker) => {
      await worker.begin();
      worker.log(`Requesting HA migration for ${kind === 'qemu' ? 'VM' : 'CT'} ${vmid} to node ${target}`);
      haOf(cluster).targets[vmid] = target;
      cluster.commit();
    });
  }
  return task(call, kind === 'qemu' ? 'qmigrate' : 'vzmigrate', vmid, (worker) => cluster.withFlock(kind, vmid, async () => {
    await worker.begin();
    const guest = cluster.guestAt(call.node, kind, vmid);
    const say = (line: string): void => worker.log(`${new Date(cluster.now() * 1000).toISOString().replace('T', ' ').slice(0, 19)} ${line}`);
    say(`starting migration of ${kind === 'qemu' ? 'VM' : 'CT'} ${vmid} to node '${target}' (${cluster.state.nodes.find((node) => node.name === target)?.ip ?? target})`);
    guest.main['lock'] = 'migrate';
    cluster.changed(guest);
    await worker.middle();
    moveGuest(cluster, guest, target);
    say('migration finished successfully (duration 00:00:00)');
  }));
}

const migrates = needs('/vms/{vmid}', 'VM.Migrate');

export const migrateRoutes: readonly Route[] = [
  route('GET', '/nodes/{node}/qemu/{vmid}/migrate', migrates, (call) => ({ data: preconditions(call) })),
  ...(['qemu', 'lxc'] as const).map((kind) => route('POST', `/nodes/{node}/${kind}/{vmid}/migrate`, migrates, (call) => migrate(call, kind))),
];
