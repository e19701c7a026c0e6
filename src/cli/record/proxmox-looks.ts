// What is read of a Proxmox VE cluster, and what an answer leads to. Nothing that runs in a guest (agent), no console, no file,
// no backup's content, no firewall, no SDN controller or DNS plugin (they hold keys), no user list.
import { members, rowsOf, textOf, type Look, type Members, type Query } from './look';

const look = (section: string, title: string, template: string, parts: Readonly<Record<string, string>> = {}, query: Query = []): Look => {
  const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(parts[name] ?? ''));
  return { section, title: Object.values(parts).length === 0 ? title : `${title} ${Object.values(parts).join(' ')}`, template, path: `/api2/json${path}`, query };
};

const cluster = '1. cluster';
const rights = '2. rights';
const nodes = '3. nodes';
const guests = '4. guests';
const tasks = '5. tasks';
/** Of each node, the newest. */
const tasksOfNode = 10;

/** The first one tells whether the token is accepted at all. */
export const proxmoxFirst: readonly Look[] = [
  look(cluster, 'version', '/version'), look(cluster, 'members and quorum', '/cluster/status'), look(cluster, 'resources', '/cluster/resources'), look(cluster, 'guests', '/cluster/resources', {}, [['type', 'vm']]),
  look(cluster, 'next free VMID', '/cluster/nextid'), look(cluster, 'options', '/cluster/options'), look(cluster, 'tasks', '/cluster/tasks'), look(cluster, 'replication', '/cluster/replication'),
  look(cluster, 'HA resources', '/cluster/ha/resources'), look(cluster, 'HA groups', '/cluster/ha/groups'), look(cluster, 'HA status', '/cluster/ha/status/current'),
  look(cluster, 'backup jobs', '/cluster/backup'), look(cluster, 'guests without backup', '/cluster/backup-info/not-backed-up'), look(cluster, 'SDN zones', '/cluster/sdn/zones'), look(cluster, 'SDN vnets', '/cluster/sdn/vnets'),
  look(cluster, 'storages', '/storage'), look(cluster, 'pools', '/pools'),
  look(rights, 'access control list', '/access/acl'), look(rights, 'roles', '/access/roles'), look(rights, 'groups', '/access/groups'), look(rights, 'what this token may', '/access/permissions'),
  look(nodes, 'nodes', '/nodes'),
];

/** What an answer of 200 leads to. */
export function proxmoxFollow({ template, path, query }: Look, body: unknown): readonly Look[] {
  const rows = rowsOf(members(body)['data']);
  // Rules came with 9.0.
  if (template === '/version') return Number.parseInt(textOf(members(members(body)['data'])['version']) ?? '', 10) >= 9 ? [look(cluster, 'HA rules', '/cluster/ha/rules')] : [];
  if (template === '/nodes') return rows.flatMap(ofNode);
  if (template === '/pools' && query.length === 0) return rows.flatMap((row) => withText(row, ['poolid'], ({ poolid = '' }) => [look(cluster, `members of pool ${poolid}`, '/pools', {}, [['poolid', poolid]])]));
  if (template === '/cluster/resources') return query.length > 0 ? rows.flatMap(ofGuest) : rows.flatMap(ofStorage);
  if (template === '/nodes/{node}/tasks') return rows.slice(0, tasksOfNode).flatMap(ofTask);
  if (template.endsWith('/{vmid}/snapshot')) return rows.flatMap((row) => (row['name'] === 'current' ? [] : withText(row, ['name'], ({ name = '' }) => [{ section: guests, title: `configuration of snapshot ${name}`, template: `${template}/{snapname}/config`, path: `${path}/${encodeURIComponent(name)}/config`, query: [] }])));
  return [];
}

const withText = (row: Members, names: readonly string[], make: (parts: Readonly<Record<string, string>>) => readonly Look[]): readonly Look[] => {
  const texts = names.map((name) => [name, textOf(row[name])] as const);
  return texts.some(([, text]) => text === null) ? [] : make(Object.fromEntries(texts.map(([name, text]) => [name, text ?? ''])));
};

/** A node that is down would hold every one of these up. */
const ofNode = (row: Members): readonly Look[] => (row['status'] === 'offline' ? [] : withText(row, ['node'], (parts) => [
  look(nodes, 'status of', '/nodes/{node}/status', parts), look(nodes, 'network of', '/nodes/{node}/network', parts), look(nodes, 'storages of', '/nodes/{node}/storage', parts),
  look(nodes, 'virtual machines of', '/nodes/{node}/qemu', parts), look(nodes, 'containers of', '/nodes/{node}/lxc', parts), look(tasks, 'tasks of', '/nodes/{node}/tasks', parts, [['limit', '50']]),
]));

const ofStorage = (row: Members): readonly Look[] => (row['type'] !== 'storage' || row['status'] !== 'available' ? [] : withText(row, ['node', 'storage'], (parts) => [
  look(nodes, 'storage', '/nodes/{node}/storage/{storage}/status', parts), look(nodes, 'content of storage', '/nodes/{node}/storage/{storage}/content', parts),
]));

const ofTask = (row: Members): readonly Look[] => withText(row, ['node', 'upid'], (parts) => [look(tasks, 'status of task', '/nodes/{node}/tasks/{upid}/status', parts), look(tasks, 'log of task', '/nodes/{node}/tasks/{upid}/log', parts, [['limit', '500']])]);

function ofGuest(row: Members): readonly Look[] {
  const kind = row['type'];
  if (kind !== 'qemu' && kind !== 'lxc') return [];
  const at = `/nodes/{node}/${kind}/{vmid}`;
  return withText(row, ['node', 'vmid'], (parts) => [
    look(guests, 'configuration of', `${at}/config`, parts), look(guests, 'configuration in force of', `${at}/config`, parts, [['current', '1']]), look(guests, 'pending changes of', `${at}/pending`, parts),
    look(guests, 'power of', `${at}/status/current`, parts), look(guests, 'snapshots of', `${at}/snapshot`, parts),
  ]);
}
