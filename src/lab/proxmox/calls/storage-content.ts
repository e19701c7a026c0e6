// Volumes on a storage: listed, looked at, made, taken away, fetched from somewhere. Images are listed only to who may configure
// their owner: an empty list is no absence (Proxmox VE 8.4).
import { may } from '../acl';
import { anyone, demand, isOn, needs, nothing, route, task, type Answer, type Call, type Route } from '../call';
import { badParameters, die } from '../pve-error';
import type { Volume } from '../state';
import { isDirectory, pathOf, storageAt, takes } from '../storages';
import { allocate, clonesOf, formatOf, free, isBase, ownerOf, splitVolid } from '../volumes';

const idOf = (call: Call): string => call.parts['storage'] ?? '';

/** The volume in the path, which may stand there without its storage. */
const volidOf = (call: Call): string => {
  const name = call.parts['volume'] ?? '';
  return name.includes(':') ? name : `${idOf(call)}:${name}`;
};

/** May this caller see the volume in a listing? */
function isVisible(call: Call, volume: Volume): boolean {
  const { access } = call.cluster;
  if (may(access, call.authid, `/storage/${volume.storage}`, 'Datastore.Allocate')) return true;
  if (volume.content === 'iso' || volume.content === 'vztmpl' || volume.content === 'import') return true;
  if (volume.owner === null) return false;
  return may(access, call.authid, `/vms/${volume.owner}`, volume.content === 'backup' ? 'VM.Backup' : 'VM.Config.Disk');
}

const firstLine = (notes: string): string => notes.split('\n')[0] ?? '';

function row(volid: string, volume: Volume): Record<string, unknown> {
  const isDisk = volume.content === 'images' || volume.content === 'rootdir';
  return {
    volid, content: volume.content, format: volume.format, size: volume.bytes, ctime: volume.created, ...(volume.content === 'backup' ? { subtype: volid.includes('vzdump-lxc-') ? 'lxc' : 'qemu' } : {}), ...(volume.owner === null ? {} : { vmid: volume.owner }),
    ...(isDisk ? { used: volume.bytes, parent: volume.parent } : {}), ...(volume.notes === undefined ? {} : { notes: firstLine(volume.notes) }), ...(volume.isProtected === true ? { protected: 1 } : {}),
  };
}

function content(call: Call): readonly Record<string, unknown>[] {
  const storage = storageAt(call.cluster, idOf(call), call.node);
  return Object.entries(call.cluster.state.volumes)
    .filter(([, volume]) => volume.storage === storage.id && (volume.node ?? call.node) === call.node)
    .filter(([, volume]) => (call.params['content'] ?? volume.content) === volume.content && (call.params['vmid'] === undefined || volume.owner === Number(call.params['vmid'])))
    .filter(([, volume]) => isVisible(call, volume))
    .map(([volid, volume]) => row(volid, volume));
}

/** Who may read a volume, as the storage layer decides it. */
function demandAccess(call: Call, volid: string): void {
  const { storage, name } = splitVolid(volid);
  if (may(call.cluster.access, call.authid, `/storage/${storage}`, 'Datastore.Allocate')) return;
  const owner = call.cluster.state.volumes[volid]?.owner ?? ownerOf(volid);
  if (/^(?:iso|vztmpl|import)\//.test(name)) demand(call, `/storage/${storage}`, 'Datastore.AllocateSpace', 'Datastore.Audit');
  else if (owner === null) die(`missing privileges to access ${volid}`);
  else if (name.startsWith('backup/')) {
    demand(call, `/storage/${storage}`, 'Datastore.AllocateSpace');
    demand(call, `/vms/${owner}`, 'VM.Backup');
  } else {
    demand(call, `/storage/${storage}`, 'Datastore.Audit');
    demand(call, `/vms/${owner}`, 'VM.Config.Disk');
  }
}

function one(call: Call): Record<string, unknown> {
  const volid = volidOf(call);
  demandAccess(call, volid);
  const volume = call.cluster.state.volumes[volid] ?? die(`volume_size_info on '${volid}' failed - no format`);
  return {
    path: pathOf(call.cluster.storage(volume.storage), splitVolid(volid).name), size: volume.bytes, used: volume.bytes, format: volume.format, ...(volume.notes === undefined ? {} : { notes: volume.notes }), ...(volume.isProtected === true ? { protected: 1 } : {}),
  };
}

/** Notes of any volume, and the protection of a backup. */
function describe(call: Call): Answer {
  const volid = volidOf(call);
  const { params } = call;
  demandAccess(call, volid);
  const volume = call.cluster.state.volumes[volid] ?? die(`volume_size_info on '${volid}' failed - no format`);
  if (volume.content !== 'backup' && (params['notes'] !== undefined || params['protected'] !== undefined)) die(`attribute '${params['notes'] === undefined ? 'protected' : 'notes'}' is not supported for storage type '${call.cluster.storage(volume.storage).type}'`);
  if (params['notes'] !== undefined) volume.notes = params['notes'];
  if (params['protected'] !== undefined) volume.isProtected = isOn(call, 'protected');
  call.cluster.commit();
  return nothing;
}

/** `1M`, `2G`; without a unit KiB. */
const allocationBytes = (size: string): number => Number.parseInt(size, 10) * ({ M: 1024 ** 2, G: 1024 ** 3 }[size.slice(-1)] ?? 1024);

function make(call: Call): Answer {
  const { cluster, params } = call;
  const storage = storageAt(cluster, idOf(call), call.node);
  const name = params['filename'] ?? '';
  const vmid = Number(params['vmid']);
  const extension = /\.(raw|qcow2|vmdk)$/.exec(name)?.[1];
  if (extension !== undefined && params['format'] !== undefined && params['format'] !== extension) badParameters({ format: `different storage formats (${params['format']} != ${extension})` });
  const format = extension ?? params['format'] ?? 'raw';
  if (isDirectory(storage) && !/^(?:vm|base|subvol)-\d+-[^/\s]+\.(?:raw|qcow2|vmdk|subvol)$/.test(name)) die(`unable to parse volume filename '${name}'`);
  if (!isDirectory(storage) && !name.startsWith(`vm-${vmid}-`)) die(`illegal name '${name}' - should be 'vm-${vmid}-*'`);
  const made = allocate(cluster, { storage: storage.id, vmid, node: call.node, bytes: allocationBytes(params['size'] ?? ''), content: takes(storage, 'images') || !takes(storage, 'rootdir') ? 'images' : 'rootdir', format, name });
  cluster.commit();
  return { data: made.volid };
}

function remove(call: Call): Answer {
  const { cluster } = call;
  const volid = volidOf(call);
  const { storage: id, name } = splitVolid(volid);
  const storage = cluster.storage(id);
  const owner = cluster.state.volumes[volid]?.owner ?? ownerOf(volid);
  if (name.startsWith('backup/') && owner !== null) {
    demand(call, `/storage/${id}`, 'Datastore.AllocateSpace');
    demand(call, `/vms/${owner}`, 'VM.Backup');
  } else demand(call, `/storage/${id}`, 'Datastore.Allocate');
  return task(call, 'imgdel', `${owner === null ? '' : `${owner}@`}${id}`, async (worker) => {
    await worker.begin();
    if (isBase(volid) && clonesOf(cluster, volid).length > 0) die(`base volume '${name}' is still in use by linked clones`);
    await worker.middle();
    if (!free(cluster, volid)) {
      if (!isDirectory(storage)) die(`lvremove '${storage.settings['vgname'] ?? id}/${name}' error:   Failed to find logical volume "${storage.settings['vgname'] ?? id}/${name}"`);
      worker.log(`disk image '${pathOf(storage, name)}' does not exist`);
    }
    worker.log(`Removed volume '${volid}'`);
    cluster.commit();
  });
}

const endings: Readonly<Record<string, RegExp>> = { iso: /\.(?:iso|img)$/i, vztmpl: /\.tar\.(?:gz|xz|zst)$/i, import: /\.(?:ova|qcow2|raw|vmdk)$/i };
const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.');

/** The simulator has no network: a node's own loopback refuses, every other address has the file. */
function download(call: Call): Answer {
  const { cluster, params } = call;
  const storage = storageAt(cluster, idOf(call), call.node);
  const kind = params['content'] ?? '';
  const name = params['filename'] ?? '';
  if (!isDirectory(storage)) die(`can't upload to storage type '${storage.type}', not a file based storage!`);
  if (!takes(storage, kind)) die(`storage '${storage.id}' is not configured for content-type '${kind}'`);
  if (endings[kind]?.test(name) !== true) badParameters({ filename: kind === 'import' ? 'invalid filename or wrong extension' : 'wrong file extension' });
  const url = new URL(params['url'] ?? '');
  const volid = `${storage.id}:${kind}/${name}`;
  return task(call, 'download', name, async (worker) => {
    worker.log(`downloading ${url.href} to ${pathOf(storage, `${kind}/${name}`)}`);
    await worker.begin();
    if (cluster.state.volumes[volid] !== undefined) die(`refusing to override existing file '${pathOf(storage, `${kind}/${name}`)}'`);
    await worker.middle();
    const port = url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80';
    if (isLoopback(url.hostname)) die(`download failed: Connecting to ${url.hostname}:${port}... failed: Connection refused.`);
    cluster.state.volumes[volid] = { storage: storage.id, content: kind as Volume['content'], owner: null, node: storage.shared ? null : call.node, bytes: 512 * 1024 ** 2, format: formatOf(`${kind}/${name}`), created: cluster.now(), parent: null, stuck: false };
    worker.log(`download of '${url.href}' to '${pathOf(storage, `${kind}/${name}`)}' finished`);
    cluster.commit();
  });
}

const auditsStorage = needs('/storage/{storage}', 'Datastore.Audit', 'Datastore.AllocateSpace');
const path = '/nodes/{node}/storage/{storage}/content';

export const storageContentRoutes: readonly Route[] = [
  route('GET', path, auditsStorage, (call) => ({ data: content(call) })),
  route('POST', path, needs('/storage/{storage}', 'Datastore.AllocateSpace'), make),
  route('GET', `${path}/{volume}`, anyone, (call) => ({ data: one(call) })),
  route('PUT', `${path}/{volume}`, anyone, describe),
  route('DELETE', `${path}/{volume}`, anyone, remove),
  route('POST', '/nodes/{node}/storage/{storage}/download-url', (call) => {
    demand(call, `/storage/${idOf(call)}`, 'Datastore.AllocateTemplate');
    for (const privilege of ['Sys.Audit', 'Sys.Modify']) demand(call, '/', privilege);
  }, download),
];
