import { diskCreate, judged, nicCreate, unseen, vmUpdate, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { ok } from '../../kernel';
import type { ClusterWorld } from '../core/world';
import { migratePossible } from './migrate-possible';

const guest: Seeded = { netboxVmId: 5, vmid: 105, name: 'a', raw: { scsi0: 'san:vm-105-disk-0,size=20G' } };
const free = { localDisks: [], localResources: [], obstacles: [] };
const san = { id: 'san', content: ['images', 'rootdir'], active: true, availableMib: 1000, isShared: true };
const there = { storages: ok([san]), bridges: ok(['vmbr0']), nodes: ok({ cores: 16, memoryMib: 65_536 }) };
const node2 = (more: Partial<Record<keyof typeof there, unknown>>): Partial<ClusterWorld> => Object.fromEntries(Object.entries({ ...there, ...more }).map(([part, seen]) => [part, new Map([['pve2', seen]])]));
const rights = { poolRights: ok(new Map([['sluice-managed', { create: [], update: ['VM.Migrate'], lender: [] }]])), migrations: new Map([['105 pve2', ok(free)]]) };
const says = (hole: Partial<ClusterWorld> = {}, seeded: Partial<Seeded> = {}, after: Readonly<Record<string, unknown>> = {}, ...rows: Scene['diffs']): readonly string[] =>
  judged(migratePossible, { guests: [{ ...guest, ...seeded }], diffs: [vmUpdate(5, 'a', {}, { device: 2, ...after }), ...rows] }, { ...node2({}), ...rights, ...hole }).map((line) => line.replace('VM a: ', ''));

describe('migrate.possible', () => {
  it('passes where the node has storages, bridges and size, and Proxmox says nothing against it', () => {
    expect(says()).toEqual([]);
    expect(says({ migrations: new Map() }, { kind: 'lxc', raw: { rootfs: 'san:subvol-105-disk-0,size=8G' } })).toEqual([]);
  });
  it.each<[string, Partial<ClusterWorld>, string]>([
    ['the cluster has not', { status: ok({ name: 'alpha', quorate: true, nodes: [{ name: 'pve1', online: true }] }) }, 'cluster alpha has no node pve2'],
    ['is offline', { status: ok({ name: 'alpha', quorate: true, nodes: [{ name: 'pve1', online: true }, { name: 'pve2', online: false }] }) }, 'node pve2 is offline'],
    ['lacks a storage', node2({ storages: ok([]) }), 'node pve2 has no storage san'],
    ['has the storage down', node2({ storages: ok([{ ...san, active: false }]) }), 'storage san is not active on pve2'],
    ['has a storage of its own by that name', node2({ storages: ok([{ ...san, isShared: false }]) }), 'it has a disk on san, which is local to its node'],
    ['lacks a bridge', node2({ bridges: ok(['vmbr1']) }), 'node pve2 has no bridge vmbr0'],
    ['has too few cores', node2({ nodes: ok({ cores: 1, memoryMib: 65_536 }) }), 'it has 2 cores, node pve2 has 1'],
    ['has too little memory', node2({ nodes: ok({ cores: 16, memoryMib: 1024 }) }), 'it has 2048 MiB of memory, node pve2 has 1024'],
    ['cannot reach a disk', { migrations: new Map([['105 pve2', ok({ ...free, localDisks: ['local:iso/x.iso'] })]]) }, 'local:iso/x.iso is local to its node'],
    ['has not the device', { migrations: new Map([['105 pve2', ok({ ...free, localResources: ['usb0'] })]]) }, 'it uses the device usb0 of its node'],
    ['is not good enough for Proxmox', { migrations: new Map([['105 pve2', ok({ ...free, obstacles: ['unavailable storages: x'] })]]) }, 'unavailable storages: x'],
  ])('refuses a node that %s', (_words, hole, observed) => expect(says(hole)).toEqual([observed]));
  it('looks at the guest as it will be when it moves', () => {
    expect(says({}, {}, { memory: 99_999, vcpus: '32.00' })).toEqual(['it has 32 cores, node pve2 has 16', 'it has 99999 MiB of memory, node pve2 has 65536']);
    expect(says({}, {}, {}, diskCreate(7, 5, 'scsi2', 1024), nicCreate(8, 5, 'net1', { custom_fields: { proxmox_bridge: 'vmbr7' } }))).toEqual(['node pve2 has no storage local-lvm', 'node pve2 has no bridge vmbr7']);
  });
  it('refuses a container with a directory of its node, unless every node has it', () => {
    const bound = (options: string): Partial<Seeded> => ({ kind: 'lxc', raw: { rootfs: 'san:subvol-105-disk-0,size=8G', mp0: `/srv/data,mp=/data${options}` } });
    expect(says({}, bound(''))).toEqual(['mp0 is a directory of its node']);
    expect(says({}, bound(',shared=1'))).toEqual([]);
  });
  it.each<[string, Partial<ClusterWorld>, readonly string[]]>([
    ['the cluster', { status: unseen }, ['whether it can go to node pve2 is not known']],
    ['the guest', { observed: new Map([[105, unseen]]) }, ['whether it can go to node pve2 is not known']],
    ['the node', node2({ storages: unseen, bridges: unseen, nodes: unseen }), ['the storages of node pve2 are not known', 'the bridges of node pve2 are not known', 'the size of node pve2 is not known']],
    ['what Proxmox says', { migrations: new Map([['105 pve2', unseen]]) }, ['what Proxmox says about node pve2 is not known: cluster alpha: 595 No route to host']],
    ['what nobody asked', { migrations: new Map() }, ['what Proxmox says about node pve2 is not known']],
  ])('P30 refuses when %s cannot be seen', (_words, hole, observed) => expect(says(hole)).toEqual(observed));
  it('leaves it to right.migrate where nobody may ask', () => expect(says({ ...rights, poolRights: ok(new Map()), migrations: new Map() })).toEqual([]));
});
