// POST lxc from a template (Proxmox VE 8.4): root file system, defaults, network devices with MACs. Restore is not simulated.
import { lxcKeys, tableKey } from '../../../proxmox/schema';
import { may } from '../acl';
import { anyone, isOn, isRootItself, demand, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { makeMount, netText } from '../devices';
import { checkBridge, checkDriveStorage, checkLxcKey, requireOnGuest } from '../guest-rights';
import { powerOn } from '../power-state';
import { isMount, isNet, normalTags, valuesOf, mountFormat } from '../property-values';
import { PveError, die } from '../pve-error';
import type { Entries, Guest } from '../state';
import { isKilled, type Worker } from '../tasks';
import { free, splitVolid } from '../volumes';
import { checkMayCreate, joinPool, newGuest, takenBy } from './create-vm';

function create(call: Call): Answer {
  const vmid = vmidOf(call);
  const { cluster, params } = call;
  if (isOn(call, 'restore') || isOn(call, 'force')) die(`unable to restore CT ${vmid} - restore is not simulated`);
  const pool = checkMayCreate(call, vmid);
  const wanted = Object.fromEntries(Object.entries(params).filter(([key]) => key !== 'vmid' && tableKey(lxcKeys, key) !== null));
  const unprivileged = (wanted['unprivileged'] ?? (cluster.options.version === '8.4' ? '0' : '1')) === '1';
  if (!unprivileged && cluster.options.version !== '8.4' && !isRootItself(call)) demand(call, '/', 'Sys.Modify');
  for (const [key, value] of Object.entries(wanted)) {
    if (key === 'tags') demand(call, `/vms/${vmid}`, 'VM.Config.Options');
    else if (key === 'features' && pool !== null && may(cluster.access, call.authid, `/pool/${pool}`, 'VM.Allocate') && /^nesting=[01]$/.test(value)) continue;
    else checkLxcKey(call, vmid, pool, key, value, unprivileged);
  }
  const template = checkTemplate(call, params['ostemplate'] ?? '');
  if (params['ssh-public-keys'] !== undefined && !/^(?:ssh-|ecdsa-|sk-)\S+ \S+/.test(params['ssh-public-keys'].trim())) die('SSH public key validation error');
  const mounts: Entries = Object.fromEntries(Object.entries(wanted).filter(([key]) => isMount(key)));
  if (Object.keys(mounts).length > 0 && mounts['rootfs'] === undefined) die("mount points configured, but 'rootfs' not set - aborting");
  mounts['rootfs'] ??= `${params['storage'] ?? 'local'}:4`;
  for (const [key, value] of Object.entries(mounts)) checkDriveStorage(call, vmid, key, valuesOf(mountFormat(key), value)['volume'] ?? '', 'rootdir', false);
  for (const [key, value] of Object.entries(wanted)) if (isNet(key)) checkBridge(call, 'lxc', value);
  if (isOn(call, 'start') && !isRootItself(call)) requireOnGuest(call, vmid, pool, 'VM.PowerMgmt');
  if (!cluster.state.quorate) die('cluster not ready - no quorum?');
  const present = cluster.guest(vmid);
  if (present !== null) die(takenBy(present));
  const guest = newGuest(vmid, 'lxc', call.node, { lock: 'create' });
  cluster.state.guests[vmid] = guest;
  return task(call, 'vzcreate', vmid, (worker) => cluster.withFlock('lxc', vmid, () => work(call, worker, guest, { ...wanted, ...mounts, unprivileged: unprivileged ? '1' : '0' }, template, pool)));
}

function checkTemplate(call: Call, volid: string): string {
  if (!volid.includes(':')) return die('Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 581.');
  const { storage, name } = splitVolid(volid);
  call.cluster.storage(storage);
  if (!name.startsWith('vztmpl/')) return die(`unable to use volume ${volid} - content type needs to be 'vztmpl'`);
  demand(call, `/storage/${storage}`, 'Datastore.AllocateSpace', 'Datastore.Audit');
  return volid;
}

async function work(call: Call, worker: Worker, guest: Guest, wanted: Entries, template: string, pool: string | null): Promise<void> {
  const { cluster } = call;
  const made: string[] = [];
  const place = { cluster, vmid: guest.vmid, node: guest.node, log: (line: string) => worker.log(line) };
  try {
    await worker.begin();
    const main: Entries = { arch: 'amd64', memory: '512', swap: '512', hostname: `CT${guest.vmid}`, ostype: /vztmpl\/([a-z]+)/.exec(template)?.[1] ?? 'unmanaged' };
    for (const [key, value] of Object.entries(wanted)) {
      if (isMount(key)) {
        const mount = makeMount(place, key, value);
        if (mount.volid !== null) made.push(mount.volid);
        main[key] = mount.text;
      } else if (isNet(key)) main[key] = netText('lxc', value);
      else if (key === 'tags') main[key] = normalTags(value);
      else if (key === 'description') main[key] = value.replace(/\n+$/, '');
      else main[key] = value;
    }
    if (wanted['unprivileged'] === '0') delete main['unprivileged'];
    if (cluster.state.volumes[template] === undefined) die(`volume '${template}' does not exist`);
    await worker.middle();
    worker.log(`extracting archive '/var/lib/vz/template/cache/${template.split('/').at(-1) ?? ''}'`);
    guest.main = main;
    cluster.changed(guest);
  } catch (error) {
    if (isKilled(error) || !(error instanceof PveError)) throw error;
    for (const volid of made) free(cluster, volid);
    delete cluster.state.guests[guest.vmid];
    throw new PveError(500, `unable to create CT ${guest.vmid} - ${error.message}`, error.errors);
  }
  joinPool(call, guest.vmid, pool);
  if (isOn(call, 'start')) powerOn(cluster, guest);
  cluster.commit();
}

export const createCtRoutes: readonly Route[] = [route('POST', '/nodes/{node}/lxc', anyone, create)];
