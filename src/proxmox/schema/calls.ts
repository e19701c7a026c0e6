// Which calls of the official schema Sluice makes or its simulator answers: names only. What they take is compiled from the
// schemas of 8 and 9 into official.ts (`npm run schema`), so that client, simulator and Proxmox cannot drift apart.

const inventory = [
  'GET /', 'GET /version', 'GET /cluster', 'GET /cluster/status', 'GET /cluster/resources', 'GET /cluster/nextid', 'GET /cluster/tasks', 'GET /cluster/log', 'GET /cluster/options', 'PUT /cluster/options', 'GET /cluster/config/nodes',
  'GET /cluster/ha/resources', 'POST /cluster/ha/resources', 'GET /cluster/ha/resources/{sid}', 'PUT /cluster/ha/resources/{sid}', 'DELETE /cluster/ha/resources/{sid}', 'GET /cluster/ha/status/current', 'GET /cluster/ha/status/manager_status',
  'GET /cluster/ha/groups', 'GET /cluster/ha/rules', 'GET /cluster/replication', 'GET /cluster/backup', 'POST /cluster/backup', 'GET /cluster/backup/{id}', 'DELETE /cluster/backup/{id}', 'GET /cluster/backup-info/not-backed-up',
  'GET /cluster/sdn/zones', 'POST /cluster/sdn/zones', 'DELETE /cluster/sdn/zones/{zone}', 'GET /cluster/sdn/vnets', 'GET /cluster/sdn/vnets/{vnet}/subnets', 'GET /cluster/sdn/controllers',
  'GET /nodes', 'GET /nodes/{node}', 'GET /nodes/{node}/status', 'GET /nodes/{node}/version', 'GET /nodes/{node}/config', 'GET /nodes/{node}/dns', 'GET /nodes/{node}/time', 'GET /nodes/{node}/network', 'GET /nodes/{node}/network/{iface}',
  'GET /nodes/{node}/aplinfo', 'GET /nodes/{node}/capabilities/qemu/machines', 'GET /nodes/{node}/replication',
  'GET /nodes/{node}/tasks', 'GET /nodes/{node}/tasks/{upid}', 'GET /nodes/{node}/tasks/{upid}/status', 'GET /nodes/{node}/tasks/{upid}/log', 'DELETE /nodes/{node}/tasks/{upid}', 'GET /nodes/{node}/qemu', 'GET /nodes/{node}/lxc',
] as const;

const storage = [
  'GET /storage', 'POST /storage', 'GET /storage/{storage}', 'PUT /storage/{storage}', 'DELETE /storage/{storage}', 'GET /nodes/{node}/storage', 'GET /nodes/{node}/storage/{storage}', 'GET /nodes/{node}/storage/{storage}/status',
  'GET /nodes/{node}/storage/{storage}/content', 'POST /nodes/{node}/storage/{storage}/content', 'GET /nodes/{node}/storage/{storage}/content/{volume}', 'PUT /nodes/{node}/storage/{storage}/content/{volume}', 'DELETE /nodes/{node}/storage/{storage}/content/{volume}',
  'POST /nodes/{node}/storage/{storage}/download-url', 'POST /nodes/{node}/vzdump',
] as const;

const bothKinds = [
  'GET /config', 'PUT /config', 'GET /pending', 'GET /status', 'GET /status/current', 'POST /status/start', 'POST /status/stop', 'POST /status/shutdown', 'POST /status/reboot', 'POST /status/suspend', 'POST /status/resume', 'PUT /resize',
  'POST /clone', 'POST /migrate', 'POST /template', 'GET /snapshot', 'POST /snapshot', 'DELETE /snapshot/{snapname}', 'GET /snapshot/{snapname}/config', 'PUT /snapshot/{snapname}/config', 'POST /snapshot/{snapname}/rollback', 'GET /feature', 'GET /rrddata',
] as const;
const onlyQemu = [
  'POST /config', 'PUT /unlink', 'POST /status/reset', 'GET /migrate', 'POST /move_disk', 'GET /cloudinit', 'PUT /cloudinit', 'GET /cloudinit/dump', 'POST /agent/ping', 'GET /agent/info', 'GET /agent/network-get-interfaces', 'GET /agent/get-host-name',
  'GET /agent/get-osinfo', 'GET /agent/get-fsinfo', 'GET /agent/get-vcpus', 'GET /agent/get-users', 'GET /agent/get-timezone', 'POST /agent/exec', 'GET /agent/exec-status', 'GET /agent/file-read', 'POST /agent/file-write', 'POST /agent/fsfreeze-status',
  'POST /agent/set-user-password',
] as const;
const onlyLxc = ['GET /interfaces', 'POST /move_volume'] as const;

type OnGuest = (typeof bothKinds)[number] | (typeof onlyQemu)[number] | (typeof onlyLxc)[number];
const onGuest = (kind: 'qemu' | 'lxc', tails: readonly OnGuest[]): readonly string[] => [`POST /nodes/{node}/${kind}`, `DELETE /nodes/{node}/${kind}/{vmid}`, ...tails.map((tail) => tail.replace(' ', ` /nodes/{node}/${kind}/{vmid}`))];

const access = [
  'GET /pools', 'POST /pools', 'PUT /pools', 'DELETE /pools', 'GET /pools/{poolid}', 'PUT /pools/{poolid}', 'DELETE /pools/{poolid}', 'GET /access', 'GET /access/acl', 'PUT /access/acl', 'GET /access/permissions', 'GET /access/domains', 'POST /access/ticket', 'PUT /access/password',
  'GET /access/groups', 'GET /access/roles', 'POST /access/roles', 'DELETE /access/roles/{roleid}', 'GET /access/users', 'POST /access/users', 'GET /access/users/{userid}', 'PUT /access/users/{userid}', 'DELETE /access/users/{userid}',
  'GET /access/users/{userid}/token', 'GET /access/users/{userid}/token/{tokenid}', 'POST /access/users/{userid}/token/{tokenid}', 'PUT /access/users/{userid}/token/{tokenid}', 'DELETE /access/users/{userid}/token/{tokenid}',
] as const;

/** `GET /nodes/{node}/qemu/{vmid}/config`, in the order of the table. */
export const calls: readonly string[] = [...inventory, ...storage, ...onGuest('qemu', [...bothKinds, ...onlyQemu]), ...onGuest('lxc', [...bothKinds, ...onlyLxc]), ...access];

/** Paths of which an installation lists what lies below. */
export const indexes: readonly string[] = ['/', '/cluster', '/nodes/{node}', '/access'];
