// Backup jobs of the cluster and the guests that none of them covers. The simulator keeps jobs and runs none by itself
// (Proxmox VE 8.4).
import { randomUUID } from 'node:crypto';
import { guestFilter } from '../acl';
import { demand, needs, nothing, route, type Answer, type Call, type Route } from '../call';
import { badParameters, die, forbidden } from '../pve-error';
import type { Entries } from '../state';
import { checkOptions, checkSelection, selected } from './backup';

const jobsOf = (call: Call): Record<string, Entries> => (call.cluster.state.backupJobs ??= {});
const idIn = (call: Call): string => call.parts['id'] ?? '';
const numbers = new Set(['enabled', 'all', 'remove', 'protected', 'quiet', 'repeat-missed', 'stdexcludes', 'bwlimit', 'ionice', 'lockwait', 'stopwait', 'maxfiles', 'zstd', 'pigz']);

const shown = (id: string, job: Entries): Record<string, unknown> => ({ id, type: 'vzdump', ...Object.fromEntries(Object.entries(job).map(([key, value]) => [key, numbers.has(key) ? Number(value) : value])) });

function mustBeQuorate(call: Call): void {
  if (!call.cluster.state.quorate) die("cfs-lock 'file-jobs_cfg' error: no quorum!");
}

/** A job of the old form names days and an hour; a schedule says both. */
function scheduleOf(params: Call['params']): string {
  if (params['schedule'] !== undefined) return params['schedule'];
  if (params['starttime'] === undefined) return badParameters({ schedule: 'neither schedule nor starttime was set' });
  return `${params['dow'] === undefined ? '' : `${params['dow']} `}${params['starttime']}`;
}

function create(call: Call): Answer {
  const { id = `backup-${randomUUID().slice(0, 13)}`, dow: _dow, starttime: _starttime, ...rest } = call.params;
  checkOptions(call);
  const { pool } = rest;
  if (pool !== undefined) {
    if (call.cluster.state.pools[pool] === undefined) forbidden(`pool '${pool}' does not exist`);
    demand(call, `/pool/${pool}`, 'VM.Backup');
  }
  const schedule = scheduleOf(call.params);
  mustBeQuorate(call);
  if (jobsOf(call)[id] !== undefined) die(`Job '${id}' already exists`);
  checkSelection(rest);
  jobsOf(call)[id] = { enabled: '1', ...rest, schedule };
  call.cluster.commit();
  return nothing;
}

function remove(call: Call): Answer {
  mustBeQuorate(call);
  const { [idIn(call)]: found, ...rest } = jobsOf(call);
  if (found === undefined) badParameters({ id: `No such job '${idIn(call)}'` });
  call.cluster.state.backupJobs = rest;
  call.cluster.commit();
  return nothing;
}

/** Guests of no job that is on. Names only of guests that the caller may see. */
function notCovered(call: Call): readonly Record<string, unknown>[] {
  const covered = new Set(Object.values(jobsOf(call)).filter((job) => job['enabled'] !== '0').flatMap((job) => selected(call, job)));
  const sees = guestFilter(call.cluster.access, call.authid, 'VM.Audit');
  return call.cluster.guests().filter((guest) => !covered.has(guest.vmid) && sees(guest.vmid)).map((guest) => ({ vmid: guest.vmid, type: guest.kind, name: guest.main[guest.kind === 'qemu' ? 'name' : 'hostname'] ?? '' }));
}

const audits = needs('/', 'Sys.Audit');
const modifies = needs('/', 'Sys.Modify');

export const backupJobRoutes: readonly Route[] = [
  route('GET', '/cluster/backup', audits, (call) => ({ data: Object.entries(jobsOf(call)).map(([id, job]) => shown(id, job)) })),
  route('POST', '/cluster/backup', modifies, create),
  route('GET', '/cluster/backup/{id}', audits, (call) => ({ data: shown(idIn(call), jobsOf(call)[idIn(call)] ?? badParameters({ id: `No such job '${idIn(call)}'` })) })),
  route('DELETE', '/cluster/backup/{id}', modifies, remove),
  route('GET', '/cluster/backup-info/not-backed-up', audits, (call) => ({ data: notCovered(call) })),
];
