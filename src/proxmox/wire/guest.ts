// Reads about one guest beside its configuration (that is src/guest's): pending values, power, snapshots, backups. Pure.
import type { Observed } from '../../kernel';
import type { GuestKind } from '../../guest';
import type { BackupRow, PendingRow, PowerStatus } from '../ports';
import { flag, list, number, object, reading, text, textOrNull, unfit, whole } from './shape';

/** The row `digest` is no configuration key and is left out. `delete: 2` (forced) is a deletion too. */
export const readPending = (data: unknown): Observed<readonly PendingRow[]> =>
  reading('pending changes', () =>
    list('data', data)
      .map((row, index) => ({ key: text(`data[${index}]`, row, 'key'), value: shown(row['value']), pending: shown(row['pending']), delete: isDeleted(`data[${index}].delete`, row['delete']) }))
      .filter((row) => row.key !== 'digest'));

/** Raw LXC keys come as lists; they are shown as they came. */
const shown = (value: unknown): string | null => (value === undefined || value === null ? null : typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value));
const isDeleted = (place: string, value: unknown): boolean => {
  if (value === undefined || value === null || Number(value) === 0) return false;
  return Number(value) === 1 || Number(value) === 2 ? true : unfit(place, '1 or 2', value);
};

/**
 * Only a guest that is stopped in every word of the answer has no process: paused, prelaunch, io-error and whatever word
 * comes next have one (P20, P30).
 */
export const readPower = (kind: GuestKind, data: unknown): Observed<PowerStatus> =>
  reading('power status', () => {
    const row = object('data', data);
    const status = text('data', row, 'status');
    const refined = kind === 'qemu' ? textOrNull('data', row, 'qmpstatus') : null;
    const ha = object('data.ha', row['ha']);
    return {
      hasProcess: status !== 'stopped' || (refined !== null && refined !== 'stopped') || (textOrNull('data', row, 'pid') ?? '0') !== '0',
      status: refined ?? status, uptimeSeconds: whole('data', row, 'uptime'), haManaged: flag('data.ha', ha, 'managed', null), lock: textOrNull('data', row, 'lock'),
    };
  });

/** Names of snapshots; `current` is where the guest stands, not one of them. */
export const readSnapshots = (data: unknown): Observed<readonly string[]> => reading('snapshots', () => list('data', data).map((row, index) => text(`data[${index}]`, row, 'name')).filter((name) => name !== 'current'));

/** Backups of one guest on one storage. Proxmox hides those that the token may not see: none here does not mean none. */
export const readBackups = (storage: string, vmid: number, data: unknown): Observed<readonly BackupRow[]> =>
  reading(`backups on storage ${storage}`, () =>
    list('data', data).map((row, index) => {
      const place = `data[${index}]`;
      if (number(place, row, 'vmid') !== vmid) return unfit(`${place}.vmid`, String(vmid), row['vmid']);
      return { volid: text(place, row, 'volid'), storage, ctime: whole(place, row, 'ctime'), verified: verified(row['verification']) };
    }));

const verified = (value: unknown): boolean | null => {
  const state = value !== null && typeof value === 'object' && 'state' in value ? value.state : null;
  return state === 'ok' ? true : state === 'failed' ? false : null;
};
