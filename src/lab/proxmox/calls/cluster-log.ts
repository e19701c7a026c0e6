// The log that all nodes share, newest first: tasks as they start and end. Without Sys.Syslog everybody sees their own lines.
import { may } from '../acl';
import { anyone, route, type Call, type Route } from '../call';
import type { TaskRecord } from '../state';

const informed = 6;
const failed = 3;

interface Line { readonly time: number; readonly pri: number; readonly msg: string; readonly task: TaskRecord }

const linesOf = (task: TaskRecord): readonly Line[] => [
  { time: task.start, pri: informed, msg: `starting task ${task.upid}`, task },
  ...(task.end === null ? [] : [{ time: task.end, pri: task.exit === 'OK' || /^WARNINGS: /.test(task.exit ?? '') ? informed : failed, msg: `end task ${task.upid} ${task.exit ?? ''}`, task }]),
];

function log(call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const all = may(cluster.access, call.authid, '/', 'Sys.Syslog');
  const lines = cluster.state.tasks.flatMap((task) => [...linesOf(task)].reverse()).sort((a, b) => b.time - a.time);
  return lines.map((line, index) => ({ ...line, uid: lines.length - index })).filter(({ task }) => all || task.authid === call.authid).slice(0, Number(call.params['max'] ?? lines.length))
    .map(({ time, pri, msg, task, uid }) => ({ uid: String(uid), id: `${uid}:${task.node}`, node: task.node, time, pri, tag: 'pvedaemon', pid: task.pid, user: task.authid, msg }));
}

export const clusterLogRoutes: readonly Route[] = [route('GET', '/cluster/log', anyone, (call) => ({ data: log(call) }))];
