// Which privilege a configuration key asks for (Proxmox VE 8.4): checked key by key, so a refused key names its privilege.
// While a guest is being created the pool it is made in counts as well.
import { isRootItself, demand, type Call } from './call';
import { may } from './acl';
import { driveValues, isDrive, isMount, isNet, isUnused, valuesOf } from './property-values';
import { badParameters, die, forbidden } from './pve-error';
import { isDirectory, takes } from './storages';
import { ownerOf, splitVolid } from './volumes';

const cpu = new Set(['cores', 'cpu', 'cpulimit', 'cpuunits', 'numa', 'sockets', 'vcpus', 'smp']);
const memory = new Set(['memory', 'balloon', 'shares', 'allow-ksm']);
const hardware = new Set(['acpi', 'hotplug', 'kvm', 'machine', 'scsihw', 'smbios1', 'tablet', 'vga', 'watchdog', 'audio0', 'rng0']);
const options = new Set(['agent', 'autostart', 'bios', 'description', 'keyboard', 'localtime', 'migrate_downtime', 'migrate_speed', 'name', 'onboot', 'ostype', 'protection', 'reboot', 'startdate', 'startup', 'tdf', 'template', 'tags']);
const cloudInit = new Set(['cicustom', 'cipassword', 'citype', 'ciupgrade', 'ciuser', 'nameserver', 'searchdomain', 'sshkeys']);

/** 403 unless the caller has the privilege on the guest, or on the pool in which it is being made. */
export function requireOnGuest(call: Call, vmid: number, pool: string | null, ...anyOf: readonly string[]): void {
  if (pool !== null && may(call.cluster.access, call.authid, `/pool/${pool}`, ...anyOf)) return;
  demand(call, `/vms/${vmid}`, ...anyOf);
}

/** Is this the caller's to set, change or delete on a VM? `value` null = delete. */
export function checkQemuKey(call: Call, vmid: number, pool: string | null, key: string, value: string | null): void {
  const ask = (...anyOf: readonly string[]): void => requireOnGuest(call, vmid, pool, ...anyOf);
  if (isRootItself(call)) return;
  if (cpu.has(key) || /^numa\d+$/.test(key)) return ask('VM.Config.CPU');
  if (memory.has(key)) return ask('VM.Config.Memory');
  if (hardware.has(key)) return ask('VM.Config.HWType');
  if (/^serial\d+$/.test(key)) return value === null || value === 'socket' ? ask('VM.Config.HWType') : die(`only root can set '${key}' config for real devices`);
  if (/^usb\d+$/.test(key)) return value === null || /(?:^|,)mapping=/.test(value) || value.startsWith('spice') ? ask('VM.Config.HWType') : die(`only root can set '${key}' config for real devices`);
  if (/^hostpci\d+$/.test(key)) return value === null || /(?:^|,)mapping=/.test(value) ? ask('VM.Config.HWType') : die(`only root can set '${key}' config for non-mapped devices`);
  if (options.has(key)) {
    ask('VM.Config.Options');
    if (key === 'startup') demand(call, '/', 'Sys.Modify');
    return;
  }
  if (cloudInit.has(key) || /^ipconfig\d+$/.test(key)) return ask('VM.Config.Cloudinit', 'VM.Config.Network');
  if (isNet(key)) return ask('VM.Config.Network');
  if (key === 'boot' || key === 'bootdisk' || key === 'vmstatestorage' || isUnused(key)) return ask('VM.Config.Disk');
  if (isDrive(key)) {
    if (value === null) return ask('VM.Config.Disk', 'VM.Config.CDROM');
    const values = driveValues(key, value);
    if (/:(?:.*\/)?(?:vm-\d+-)?cloudinit/.test(values['file'] ?? '')) {
      ask('VM.Config.Cloudinit');
      return ask('VM.Config.CDROM');
    }
    return ask(values['media'] === 'cdrom' ? 'VM.Config.CDROM' : 'VM.Config.Disk');
  }
  die(`only root can set '${key}' config`);
}

/** The same for a container. */
export function checkLxcKey(call: Call, vmid: number, pool: string | null, key: string, value: string | null, unprivileged: boolean): void {
  const ask = (...anyOf: readonly string[]): void => requireOnGuest(call, vmid, pool, ...anyOf);
  if (isRootItself(call)) return;
  if (key === 'cores' || key === 'cpulimit' || key === 'cpuunits') return ask('VM.Config.CPU');
  if (key === 'memory' || key === 'swap') return ask('VM.Config.Memory');
  if (isNet(key) || key === 'nameserver' || key === 'searchdomain' || key === 'hostname') return ask('VM.Config.Network');
  if (isMount(key) || isUnused(key)) {
    if (value?.startsWith('/') === true) forbidden('mount point type bind is only allowed for root@pam');
    return ask('VM.Config.Disk');
  }
  if (key === 'features') {
    const named = Object.keys(valuesOf('lxc-features', value ?? '')).filter((feature) => feature !== 'nesting');
    if (named.length > 0 || (value !== null && !unprivileged)) forbidden('changing feature flags (except nesting) is only allowed for root@pam');
    return ask('VM.Allocate');
  }
  if (key === 'hookscript') forbidden('changing the hookscript is only allowed for root@pam');
  if (key === 'lock') die(`only root can set 'lock' config`);
  return ask('VM.Config.Options');
}

/** SDN.Use on the bridge, or on its VLAN tag (Proxmox VE 8.0.2 and later). */
export function checkBridge(call: Call, kind: 'qemu' | 'lxc', value: string | undefined): void {
  if (value === undefined) return;
  const values = valuesOf(kind === 'qemu' ? 'qemu-net' : 'lxc-net', value);
  const bridge = values['bridge'];
  if (bridge === undefined) return;
  const path = `/sdn/zones/localnetwork/${bridge}`;
  if (values['tag'] !== undefined) return demand(call, `${path}/${values['tag']}`, 'SDN.Use');
  demand(call, path, 'SDN.Use');
}

export type DriveRequest = { readonly kind: 'none' } | { readonly kind: 'cloudinit'; readonly storage: string } | { readonly kind: 'allocate'; readonly storage: string; readonly gib: number } | { readonly kind: 'volume'; readonly volid: string };

/** What a disk's `file` asks for: nothing, a new volume of so many GiB, or one that exists. */
export function driveRequest(file: string): DriveRequest {
  if (file === 'none' || file === 'cdrom' || file.startsWith('/')) return { kind: 'none' };
  const { storage, name } = splitVolid(file);
  if (name === 'cloudinit') return { kind: 'cloudinit', storage };
  return /^\d+(?:\.\d+)?$/.test(name) ? { kind: 'allocate', storage, gib: Number(name) } : { kind: 'volume', volid: file };
}

/** May the caller use the storage for this disk, and does the storage take it? */
export function checkDriveStorage(call: Call, vmid: number, key: string, file: string, content: 'images' | 'rootdir', isCdrom: boolean): void {
  const request = driveRequest(file);
  switch (request.kind) {
    case 'none': return;
    case 'cloudinit':
    case 'allocate': {
      demand(call, `/storage/${request.storage}`, 'Datastore.AllocateSpace');
      const storage = call.cluster.storage(request.storage);
      if (!takes(storage, content)) badParameters({ storage: `storage '${storage.id}' does not support ${content === 'images' ? 'vm images' : 'container directories'}` });
      return;
    }
    case 'volume': {
      const { storage, name } = splitVolid(request.volid);
      const options = call.cluster.storage(storage);
      if (/^iso\//.test(name)) {
        if (!isCdrom) badParameters({ [key]: "explicit 'media=cdrom' is required for iso images" });
        return demand(call, `/storage/${storage}`, 'Datastore.AllocateSpace', 'Datastore.Audit');
      }
      const owner = ownerOf(request.volid);
      if (owner === null) die(isDirectory(options) ? `unable to parse directory volume name '${name}'` : `unable to parse lvm volume name '${name}'`);
      if (owner === vmid) return;
      demand(call, `/storage/${storage}`, 'Datastore.Audit');
      demand(call, `/vms/${owner}`, 'VM.Config.Disk');
    }
  }
}
