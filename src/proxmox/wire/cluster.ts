// Cluster-wide reads: version, members and quorum, guests, free VMIDs, HA, replication, pools. Pure.
import { asVmid, type Observed, type Vmid } from '../../kernel';
import { tagsOf } from '../../guest';
import type { Answered } from '../exchange';
import { answerText } from '../exchange';
import type { ClusterStatus, GuestRow } from '../ports';
import { flag, list, object, oneOf, reading, text, textOrNull, unfit, vmid } from './shape';

export const readVersion = (data: unknown): Observed<{ readonly version: string; readonly release: string }> =>
  reading('version', () => {
    const row = object('data', data);
    return { version: text('data', row, 'version'), release: text('data', row, 'release') };
  });

/** A node that is in no cluster has no `cluster` row: it is its own quorum and gives the cluster its name (Proxmox VE 8.4). */
export const readClusterStatus = (data: unknown): Observed<ClusterStatus> =>
  reading('cluster status', () => {
    const rows = list('data', data);
    const nodes = rows.filter((row) => row['type'] === 'node').map((row) => ({ name: text('node', row, 'name'), online: flag('node', row, 'online', null) }));
    const clusters = rows.filter((row) => row['type'] === 'cluster');
    const [cluster] = clusters;
    const [first] = nodes;
    if (first === undefined) return unfit('data', 'at least one node', data);
    if (cluster === undefined) return nodes.length === 1 ? { name: first.name, quorate: true, nodes } : unfit('data', 'a cluster row beside several nodes', data);
    if (clusters.length > 1) return unfit('data', 'one cluster row', data);
    return { name: text('cluster', cluster, 'name'), quorate: flag('cluster', cluster, 'quorate', null), nodes };
  });

export const readGuests = (data: unknown): Observed<readonly GuestRow[]> =>
  reading('list of guests', () =>
    list('data', data).map((row, index) => {
      const place = `data[${index}]`;
      return {
        vmid: vmid(place, row, 'vmid'), kind: oneOf(place, row, 'type', ['qemu', 'lxc']), node: text(place, row, 'node'), name: textOrNull(place, row, 'name'), status: textOrNull(place, row, 'status') ?? 'unknown',
        isTemplate: flag(place, row, 'template', false), pool: textOrNull(place, row, 'pool'), tags: tagsOf(textOrNull(place, row, 'tags') ?? ''), lock: textOrNull(place, row, 'lock'),
      };
    }));

/** 200 with the very id: free. 400 "already exists": taken. Everything else says nothing. */
export function readIsVmidFree(asked: Vmid, answer: Answered): Observed<boolean> {
  return reading(`nextid of ${asked}`, () => {
    if (answer.status === 200) return asVmid(answer.data) === asked ? true : unfit('data', `${asked}`, answer.data);
    if (answer.status === 400 && answer.own && answer.errors['vmid'] === `VM ${asked} already exists`) return false;
    return unfit('answer', 'free or taken', `${answer.status} ${answerText(answer)}`);
  });
}

/** Any state counts, `ignored` too: Proxmox refuses to destroy what HA so much as names. */
export const readHaGuests = (data: unknown): Observed<readonly Vmid[]> =>
  reading('HA resources', () =>
    list('data', data).map((row, index) => {
      const sid = text(`data[${index}]`, row, 'sid');
      return asVmid(/^(?:vm|ct):(\d+)$/.exec(sid)?.[1]) ?? unfit(`data[${index}].sid`, 'vm:ID or ct:ID', sid);
    }));

export const readReplicatedGuests = (data: unknown): Observed<readonly Vmid[]> =>
  reading('replication jobs', () => [...new Set(list('data', data).map((row, index) => vmid(`data[${index}]`, row, 'guest')))]);

export const readPoolNames = (data: unknown): Observed<readonly string[]> => reading('pools', () => list('data', data).map((row, index) => text(`data[${index}]`, row, 'poolid')));

/** Members of one pool, guests only (storages are members too). */
export const readPoolMembers = (pool: string, data: unknown): Observed<readonly Vmid[]> =>
  reading(`members of pool ${pool}`, () => {
    const rows = list('data', data).filter((row) => row['poolid'] === pool);
    const [row] = rows;
    if (row === undefined || rows.length > 1) return unfit('data', `one pool ${pool}`, data);
    return list('members', row['members']).filter((member) => member['type'] === 'qemu' || member['type'] === 'lxc').map((member, index) => vmid(`members[${index}]`, member, 'vmid'));
  });
