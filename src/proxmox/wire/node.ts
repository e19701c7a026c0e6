// Reads about one node: its size, storages, bridges, tasks and their logs. Pure.
import type { Observed } from '../../kernel';
import { asUpid } from '../outcome';
import type { NodeFacts, StorageRow, TaskRow, TaskState } from '../ports';
import { flag, list, number, object, oneOf, reading, text, textOrNull, unfit, whole, words, type Members } from './shape';

const mib = 1024 ** 2;

export const readNodeFacts = (data: unknown): Observed<NodeFacts> =>
  reading('node status', () => {
    const row = object('data', data);
    return { cores: whole('data.cpuinfo', object('data.cpuinfo', row['cpuinfo']), 'cpus'), memoryMib: Math.floor(number('data.memory', object('data.memory', row['memory']), 'total') / mib) };
  });

/** `availableMib` is null for a storage that is not active: its numbers are zeros that mean nothing. */
export const readStorages = (data: unknown): Observed<readonly StorageRow[]> =>
  reading('storages', () =>
    list('data', data).map((row, index) => {
      const place = `data[${index}]`;
      const active = flag(place, row, 'active', false);
      return { id: text(place, row, 'storage'), content: words(place, row, 'content'), active, availableMib: active && row['avail'] !== undefined ? Math.floor(number(place, row, 'avail') / mib) : null, isShared: flag(place, row, 'shared', false) };
    }));

/** Storages that may hold backups: the enabled ones. One of them that is not active hides what it holds. */
export const readBackupStorages = (data: unknown): Observed<readonly string[]> =>
  reading('storages with backups', () =>
    list('data', data).flatMap((row, index) => {
      const place = `data[${index}]`;
      if (!words(place, row, 'content').includes('backup') || !flag(place, row, 'enabled', true)) return [];
      return flag(place, row, 'active', false) ? [text(place, row, 'storage')] : unfit(`${place}.active`, `backup storage ${text(place, row, 'storage')} to be active`, row['active']);
    }));

/** Volume ids of what a storage holds. */
export const readVolumes = (data: unknown): Observed<readonly string[]> => reading('volumes', () => list('data', data).map((row, index) => text(`data[${index}]`, row, 'volid')));

/** Linux and OVS bridges, and SDN vnets, which a guest names as its bridge too. */
export const readBridges = (data: unknown): Observed<readonly string[]> =>
  reading('bridges', () => list('data', data).filter((row) => row['type'] === 'bridge' || row['type'] === 'OVSBridge' || row['type'] === 'vnet').map((row, index) => text(`data[${index}]`, row, 'iface')));

/** A list as long as what was asked for may be cut: then nothing is concluded from it. */
export const readTasks = (limit: number, data: unknown): Observed<readonly TaskRow[]> =>
  reading('tasks', () => {
    const rows = list('data', data);
    return rows.length >= limit ? unfit('data', `fewer than ${limit} tasks`, rows.length) : rows.map((row, index) => readTask(`data[${index}]`, row));
  });

function readTask(place: string, row: Members): TaskRow {
  const token = textOrNull(place, row, 'tokenid');
  const user = text(place, row, 'user');
  const running = row['endtime'] === undefined || row['endtime'] === null;
  return {
    upid: asUpid(row['upid']) ?? unfit(`${place}.upid`, 'a UPID', row['upid']), type: text(place, row, 'type'), id: textOrNull(place, row, 'id') ?? '',
    user: token === null ? user : `${user}!${token}`, startTime: whole(place, row, 'starttime'), status: running ? null : textOrNull(place, row, 'status'), running,
  };
}

export const readTaskState = (data: unknown): Observed<TaskState> =>
  reading('task status', () => {
    const row = object('data', data);
    const running = oneOf('data', row, 'status', ['running', 'stopped']) === 'running';
    return { running, exitstatus: running ? null : textOrNull('data', row, 'exitstatus') };
  });

/** An empty log answers one line "no content", which would hide the first real one (Proxmox VE 8.4). */
export const readTaskLog = (data: unknown, total: number | null): Observed<{ readonly lines: readonly string[]; readonly total: number }> =>
  reading('task log', () => {
    const rows = list('data', data);
    const lines = rows.map((row) => (typeof row['t'] === 'string' ? row['t'] : unfit('data.t', 'text', row['t'])));
    if (lines.length === 1 && lines[0] === 'no content' && (total ?? 1) <= 1 && rows[0]?.['n'] === 1) return { lines: [], total: 0 };
    return { lines, total: total ?? unfit('total', 'a number', total) };
  });
