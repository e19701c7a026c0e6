// Values that wait: on a running guest most keys change at the next start or stop through the API, and whatever waits is
// applied as a whole by the next write to the stopped guest (Proxmox VE 8.4, 5.2 and 5.3 of the reference).
import { isCloudInitDrive, noteCloudInitChange } from './cloud-init';
import type { Cluster } from './cluster';
import { isDrive, isMount, isNet, isUnused, valuesOf, volumeIn } from './property-values';
import type { Guest } from './state';

const atOnce = new Set(['lock', 'hookscript', 'onboot', 'protection', 'name', 'description', 'startup', 'shares', 'migrate_downtime', 'migrate_speed', 'tags', 'vmstatestorage', 'cpulimit', 'cpuunits', 'autostart', 'tablet',
  'cicustom', 'cipassword', 'citype', 'ciupgrade', 'ciuser', 'nameserver', 'searchdomain', 'sshkeys']);
const atOnceInContainers = new Set(['description', 'onboot', 'startup', 'protection', 'hostname', 'hookscript', 'cores', 'tags', 'lock', 'cpulimit', 'cpuunits', 'memory', 'swap', 'nameserver', 'searchdomain', 'ostype', 'timezone']);

/** A volume that lost its slot becomes `unusedN`, N the first free one. */
export function keepAsUnused(guest: Guest, volid: string): void {
  if (Object.entries(guest.main).some(([key, value]) => isUnused(key) && value === volid)) return;
  let number = 0;
  while (guest.main[`unused${number}`] !== undefined) number += 1;
  guest.main[`unused${number}`] = volid;
}

function dropKey(guest: Guest, key: string): void {
  const value = guest.main[key];
  delete guest.main[key];
  if (value === undefined) return;
  const volid = isDrive(key) || isMount(key) ? volumeIn(key, value) : null;
  if (volid !== null && !/cloudinit/.test(volid) && !/:iso\//.test(volid)) keepAsUnused(guest, volid);
  const boot = guest.main['boot'];
  if (boot !== undefined && (isDrive(key) || isNet(key))) guest.main['boot'] = boot.replace(/order=([^,]*)/, (_whole, order: string) => `order=${order.split(';').filter((device) => device !== key).join(';')}`).replace(/^order=$/, ' ');
}

function putKey(guest: Guest, key: string, value: string): void {
  const old = guest.main[key];
  guest.main[key] = value;
  if (old === undefined || !(isDrive(key) || isMount(key))) return;
  const [before, after] = [volumeIn(key, old), volumeIn(key, value)];
  if (before !== null && before !== after && !/:iso\//.test(before)) keepAsUnused(guest, before);
}

/** Applies everything that waits. */
export function applyAllPending(cluster: Cluster, guest: Guest): void {
  if (guest.pendingDelete.length === 0 && Object.keys(guest.pending).length === 0) return;
  for (const key of guest.pendingDelete) dropKey(guest, key);
  for (const [key, value] of Object.entries(guest.pending)) {
    putKey(guest, key, value);
    if (isCloudInitDrive(key, value)) delete guest.cloudInit;
  }
  guest.pending = {};
  guest.pendingDelete = [];
  cluster.changed(guest);
}

const hotplugs = (guest: Guest, feature: string): boolean => {
  const list = guest.main['hotplug'] ?? 'network,disk,usb';
  return list === '1' ? ['network', 'disk', 'usb'].includes(feature) : list.split(/[,;\s]+/).includes(feature);
};

function isLive(guest: Guest, key: string): boolean {
  if (guest.kind === 'lxc') return atOnceInContainers.has(key) || isNet(key) || isUnused(key) || (isMount(key) && key !== 'rootfs' && !guest.pendingDelete.includes(key));
  if (atOnce.has(key) || /^ipconfig\d+$/.test(key) || isUnused(key)) return true;
  if (isNet(key)) return hotplugs(guest, 'network');
  if (/^(?:scsi|virtio)\d+$/.test(key)) return hotplugs(guest, 'disk');
  return /^ide\d+$/.test(key) && /media=cdrom/.test(guest.pending[key] ?? '') && guest.main[key] !== undefined;
}

/** Another model or MAC needs the card out of the guest, for which its operating system has to agree. */
function isOtherCard(before: string | undefined, after: string): boolean {
  if (before === undefined) return false;
  const [old, wanted] = [valuesOf('qemu-net', before), valuesOf('qemu-net', after)];
  return old['model'] !== wanted['model'] || old['macaddr'] !== wanted['macaddr'];
}

/** Applies to a running guest what can be applied of the keys of this write; what fails stays pending and is told by key. */
export function hotplug(cluster: Cluster, guest: Guest, selection: ReadonlySet<string>): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const key of [...guest.pendingDelete]) {
    if (!selection.has(key) || !isLive(guest, key)) continue;
    guest.pendingDelete = guest.pendingDelete.filter((other) => other !== key);
    noteCloudInitChange(guest, key, guest.main[key], undefined);
    dropKey(guest, key);
  }
  for (const [key, value] of Object.entries({ ...guest.pending })) {
    if (!selection.has(key) || !isLive(guest, key)) continue;
    const bridge = isNet(key) ? valuesOf(guest.kind === 'qemu' ? 'qemu-net' : 'lxc-net', value)['bridge'] : undefined;
    if (bridge !== undefined && !cluster.options.bridges.includes(bridge)) {
      errors[key] = guest.kind === 'qemu' && guest.main[key] === undefined
        ? `hotplug problem - VM ${guest.vmid} qmp command 'netdev_add' failed - network script /usr/libexec/qemu-server/pve-bridge-hotplug failed with status 512\n` : `hotplug problem - bridge '${bridge}' does not exist\n`;
      continue;
    }
    if (guest.kind === 'qemu' && isNet(key) && bridge !== undefined && valuesOf('qemu-net', value)['tag'] !== undefined && cluster.options.portlessBridges?.includes(bridge) === true) {
      errors[key] = `hotplug problem - no physical interface on bridge '${bridge}'\n`;
      continue;
    }
    if (guest.kind === 'qemu' && guest.deaf && isNet(key) && isOtherCard(guest.main[key], value)) {
      errors[key] = `hotplug problem - error on hot-unplugging device '${key}'\n`;
      continue;
    }
    delete guest.pending[key];
    noteCloudInitChange(guest, key, guest.main[key], value);
    putKey(guest, key, value);
  }
  cluster.changed(guest);
  return errors;
}

/** An entry that equals the present value does not wait for anything. */
export function cleanPending(guest: Guest): void {
  for (const [key, value] of Object.entries(guest.pending)) if (guest.main[key] === value) delete guest.pending[key];
  guest.pendingDelete = guest.pendingDelete.filter((key) => guest.main[key] !== undefined);
}
