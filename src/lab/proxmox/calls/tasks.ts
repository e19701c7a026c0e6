// Reading tasks: list, status and log. A token sees its own; others need Sys.Audit on the node (Proxmox VE 8.4).
import { may } from '../acl';
import { anyone, isOn, nothing, demand, route, type Call, type Route } from '../call';
import { badParameters } from '../pve-error';
import type { TaskRecord } from '../state';
import { stopTask } from '../tasks';

const upidShape = /^UPID:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/;

/** The common members of list, status and cluster rows: user and token apart. */
export function taskRow(record: TaskRecord): Record<string, unknown> {
  const [user, token] = record.authid.split('!');
  const base = { upid: record.upid, node: record.node, type: record.type, id: record.id, starttime: record.start };
  return record.end === null ? { ...base, user: record.authid, status: 'RUNNING' } : { ...base, user, ...(token === undefined ? {} : { tokenid: token }), endtime: record.end, status: record.exit };
}

function find(call: Call): TaskRecord | null {
  const upid = call.parts['upid'] ?? '';
  if (!upidShape.test(upid)) badParameters({ upid: 'unable to parse worker upid' });
  const record = call.cluster.state.tasks.find((task) => task.upid === upid && task.node === call.node) ?? null;
  if (record !== null && !isOwn(call, record)) demand(call, `/nodes/${call.node}`, 'Sys.Audit');
  return record;
}

const isOwn = (call: Call, record: TaskRecord): boolean => record.authid === call.authid || (!call.authid.includes('!') && record.authid.startsWith(`${call.authid}!`));

function status(call: Call): Record<string, unknown> {
  const record = find(call) ?? badParameters({ upid: 'no such task' });
  const [user, token] = record.authid.split('!');
  return {
    upid: record.upid, node: record.node, pid: record.pid, pstart: record.pstart, starttime: record.start, type: record.type, id: record.id, user, ...(token === undefined ? {} : { tokenid: token }),
    ...(record.end === null ? { status: 'running' } : { status: 'stopped', exitstatus: record.exit }),
  };
}

function log(call: Call): { data: unknown; total: number } {
  const record = find(call);
  if (record === null) return { data: { n: 1, t: 'unable to open file - No such file or directory' }, total: 1 };
  const lines = record.log.length === 0 ? ['no content'] : record.log;
  const start = Number(call.params['start'] ?? 0);
  const limit = Number(call.params['limit'] ?? 50);
  return { data: lines.map((t, index) => ({ n: index + 1, t })).slice(start, limit === 0 ? undefined : start + limit), total: lines.length };
}

function list(call: Call): { data: unknown; total: number } {
  const { params } = call;
  const all = may(call.cluster.access, call.authid, `/nodes/${call.node}`, 'Sys.Audit');
  const source = params['source'] ?? 'archive';
  const since = Number(params['since'] ?? 0);
  const until = params['until'] === undefined ? Number.POSITIVE_INFINITY : Number(params['until']);
  const failed = (record: TaskRecord): boolean => record.end !== null && record.exit !== 'OK' && !/^WARNINGS: \d+$/.test(record.exit ?? '');
  const kindOf = (record: TaskRecord): string => (record.exit === 'OK' ? 'ok' : /^WARNINGS/.test(record.exit ?? '') ? 'warning' : record.exit === 'unexpected status' ? 'unknown' : 'error');
  const kinds = (params['statusfilter'] ?? '').split(/[,;\s]+/).filter((kind) => kind !== '');
  const rows = call.cluster.state.tasks.filter((record) =>
    record.node === call.node && (all || isOwn(call, record)) && (source === 'all' || (source === 'active') === (record.end === null)) && (params['vmid'] === undefined || record.id === params['vmid'])
    && (params['typefilter'] === undefined || record.type === params['typefilter']) && (params['userfilter'] === undefined || record.authid.includes(params['userfilter'])) && record.start >= since && record.start <= until
    && (!isOn(call, 'errors') || failed(record)) && (kinds.length === 0 || (record.end !== null && kinds.includes(kindOf(record)))));
  const start = Number(params['start'] ?? 0);
  const limit = Number(params['limit'] ?? 50);
  return { data: rows.slice(start, start + (limit === 0 ? rows.length : limit)).map((record) => ({ ...taskRow(record), pid: record.pid, pstart: record.pstart, ...(record.end === null ? { saved: '0' } : {}) })), total: rows.length };
}

function stop(call: Call): void {
  const record = call.cluster.state.tasks.find((task) => task.upid === call.parts['upid'] && task.node === call.node);
  if (record !== undefined && !isOwn(call, record)) demand(call, `/nodes/${call.node}`, 'Sys.Modify');
  if (record?.end === null) stopTask(call.cluster, record.upid);
}

export const taskRoutes: readonly Route[] = [
  route('GET', '/nodes/{node}/tasks', anyone, list),
  route('GET', '/nodes/{node}/tasks/{upid}', anyone, () => ({ data: [{ name: 'log' }, { name: 'status' }] })),
  route('GET', '/nodes/{node}/tasks/{upid}/status', anyone, (call) => ({ data: status(call) })),
  route('GET', '/nodes/{node}/tasks/{upid}/log', anyone, log),
  route('DELETE', '/nodes/{node}/tasks/{upid}', anyone, (call) => {
    stop(call);
    return nothing;
  }),
];
