import { Bug, type ConfigDigest, type Fresh, type GuestId, type Upid, type Vmid } from '../kernel';
import type { CloudInit, GuestIdentity, GuestSpec } from '../guest';
import * as built from './requests';
import { validateRequest } from './schema';

const vmid = 900 as Vmid;
const digest = 'a'.repeat(40) as ConfigDigest;
const fresh = (kind: 'qemu' | 'lxc' = 'qemu', with_: Partial<{ digest: string }> = {}): Fresh<GuestIdentity> => {
  const value: GuestIdentity = kind === 'qemu'
    ? { kind, cluster: 'c', vmid, uuid: '11111111-2222-4333-8444-555555555555', ctime: '1', guestId: 'g' as GuestId }
    : { kind, cluster: 'c', vmid, guestId: 'g' as GuestId, macs: ['BC:24:11:00:00:01'] };
  return { value, digest: (with_.digest ?? digest) as ConfigDigest, node: 'pve1' } as unknown as Fresh<GuestIdentity>;
};
const spec: GuestSpec = {
  kind: 'qemu', vmid, guestId: 'g' as GuestId, uuid: '11111111-2222-4333-8444-555555555555', node: 'pve1', pool: 'cust1', name: 'web-1', origin: { kind: 'blank' }, sockets: 1, cloudInit: null, cores: 4, memoryMib: 2048,
  disks: [{ slot: 'scsi0', storage: 'disks', sizeMib: 8192 }, { slot: 'scsi1', storage: 'disks', sizeMib: 512 }], nics: [{ slot: 'net0', bridge: 'vmbr0', tag: 20, mac: 'BC:24:11:AA:BB:CC', mtu: null, isUp: true, addresses: { ip: null, gateway: null, ip6: null, gateway6: null } }, { slot: 'net1', bridge: 'vmbr0', tag: null, mac: 'BC:24:11:AA:BB:CD', mtu: 9000, isUp: false, addresses: { ip: null, gateway: null, ip6: null, gateway6: null } }],
  human: 'web', tags: ['netbox'], onBoot: true, start: true,
};
const cloudInit: CloudInit = { user: 'ops', sshKeys: 'ssh-ed25519 AAAA+/b= ops@x', userData: 'local:snippets/web.yml', nameservers: ['10.0.0.53', '2001:db8::53'], searchDomain: 'example.org', storage: 'disks' };
const addressed = spec.nics.map((nic) => ({ ...nic, addresses: { ip: '10.0.0.5/24', gateway: '10.0.0.1', ip6: '2001:db8::5/64', gateway6: 'fe80::1' } }));
const container: GuestSpec = { ...spec, kind: 'lxc', origin: { kind: 'ostemplate', volid: 'local:vztmpl/debian-12.tar.zst' }, disks: [{ slot: 'rootfs', storage: 'disks', sizeMib: 8192 }], nics: addressed, cloudInit: { ...cloudInit, user: null, userData: null, storage: null } };
const cloned = { ...spec, origin: { kind: 'clone', template: 9000 as Vmid, templateName: 'debian-12', node: 'pve1', storage: 'disks' } } satisfies GuestSpec;
const borrower = 'sluice-destroy@pve!destroy';
const upid = 'UPID:pve2:0001E240:00BC614E:6774A5C0:qmdestroy:900:sluice-destroy@pve!destroy:' as Upid;
const place = { node: 'pve1', kind: 'qemu', vmid } as const;

const writes: readonly (readonly [string, built.WriteRequest])[] = (['qemu', 'lxc'] as const).flatMap((kind) => {
  const guest = fresh(kind);
  return [
    [`handOver ${kind}`, built.handOver(guest, 'cust1')], [`cores ${kind}`, built.configure(guest, { kind: 'cores', cores: 2 })], [`memory ${kind}`, built.configure(guest, { kind: 'memory', memoryMib: 1024 })],
    [`description ${kind}`, built.configure(guest, { kind: 'description', text: 'ä = 1; b&c\n%' })], [`tags ${kind}`, built.configure(guest, { kind: 'tags', tags: ['a', 'b'] })], [`no tags ${kind}`, built.configure(guest, { kind: 'tags', tags: [] })],
    [`name ${kind}`, built.configure(guest, { kind: 'name', name: 'web-2' })], [`on boot ${kind}`, built.configure(guest, { kind: 'on-boot', on: true })], [`nic ${kind}`, built.configure(guest, { kind: 'nic', slot: 'net1', property: kind === 'qemu' ? 'bridge=vmbr0,tag=5,virtio=BC:24:11:AA:BB:CC' : 'bridge=vmbr0,hwaddr=BC:24:11:AA:BB:CC,name=eth1' })],
    [`no nic ${kind}`, built.configure(guest, { kind: 'nic', slot: 'net1', property: null })], [`grow ${kind}`, built.growDisk(guest, kind === 'qemu' ? 'scsi0' : 'rootfs', 20_480)], ...(kind === 'qemu' ? [[`detach ${kind}`, built.configure(guest, { kind: 'detach', slot: 'scsi1' })], [`add disk ${kind}`, built.addDisk(guest, { slot: 'scsi1', storage: 'disks', sizeMib: 1536 })]] as const : []),
    ...(kind === 'qemu' ? [[`cloud-init ${kind}`, built.configure(guest, { kind: 'cloud-init', options: { ciuser: 'ops' } })]] as const : []),
    ...(kind === 'qemu' ? (['online', 'offline'] as const) : (['restart', 'offline'] as const)).map((mode) => [`migrate ${mode} ${kind}`, built.migrate(guest, 'pve2', mode)] as const),
    [`start ${kind}`, built.start(guest)], [`shutdown ${kind}`, built.shutdown(guest, 120)], [`stop ${kind}`, built.stop(guest)], [`destroy ${kind}`, built.destroy(guest)],
    [`lend user ${kind}`, built.lend(guest, 'user', borrower)], [`lend token ${kind}`, built.lend(guest, 'token', borrower)],
  ] as const;
});
const all: readonly (readonly [string, built.WriteRequest | built.ReadRequest])[] = [
  ...writes, ['createVm from ISO', built.createVm({ ...spec, origin: { kind: 'iso', volid: 'local:iso/debian.iso' }, cloudInit }, 'web', 'sluice-intake')], ['createContainer', built.createContainer(container, 'web', 'sluice-intake')], ['clone', built.clone(cloned, 'web', 'sluice-intake')], ['linked clone', built.clone({ ...cloned, node: 'pve2', origin: { ...cloned.origin, storage: null } }, 'web', 'sluice-intake')],
  ['createVm', built.createVm(spec, 'web', 'sluice-intake')], ['take back user', built.takeBack(vmid, 'user', borrower, 'pve1')], ['take back token', built.takeBack(vmid, 'token', borrower, null)],
  ...Object.entries({
    version: built.reads.version(), clusterStatus: built.reads.clusterStatus(), guests: built.reads.guests(), guestConfig: built.reads.guestConfig(place), pending: built.reads.pending(place), power: built.reads.power(place), snapshots: built.reads.snapshots(place), migrationCheck: built.reads.migrationCheck(place, 'pve2'),
    isVmidFree: built.reads.isVmidFree(vmid), nodeFacts: built.reads.nodeFacts('pve1'), storages: built.reads.storages('pve1'), bridges: built.reads.bridges('pve1'), volumes: built.reads.volumes('pve1', 'local', 'iso'), pools: built.reads.pools(), poolMembers: built.reads.poolMembers('cust1'), haGuests: built.reads.haGuests(),
    replicatedGuests: built.reads.replicatedGuests(), backupStorages: built.reads.backupStorages('pve1'), backups: built.reads.backups('pve1', 'local', vmid), acl: built.reads.acl(), roles: built.reads.roles(), permissions: built.reads.permissions(),
    tasks: built.reads.tasks('pve1', { vmid, sinceUnix: 1.5 }, 10), taskState: built.reads.taskState(upid), taskLog: built.reads.taskLog(upid, 0, 10),
  } satisfies Record<keyof typeof built.reads, built.ReadRequest>),
];

describe('what Sluice can ask of Proxmox', () => {
  it.each(['8.4', '9.0'] as const)('fits the schema of Proxmox VE %s, every request of it', (version) => {
    for (const [name, request] of all) expect([name, validateRequest(version, request.method, `/${request.path.join('/')}`, request.params)]).toEqual([name, null]);
  });

  it('P16 P20 has no archive, restore, force, skiplock, purge, destroy-unreferenced-disks and no template conversion', () => {
    const never = ['archive', 'restore', 'force', 'skiplock', 'purge', 'destroy-unreferenced-disks', 'unique', 'live-restore', 'template', 'overrule-shutdown', 'keepActive', 'protection', 'import-from', 'import-working-storage', 'with-local-disks', 'targetstorage', 'target-storage', 'migration_type'];
    for (const [name, request] of all) {
      expect([name, Object.keys(request.params).filter((key) => never.includes(key))]).toEqual([name, []]);
      expect([name, ...request.path.filter((part) => ['template', 'vzdump', 'unlink', 'rollback', 'agent', 'monitor'].includes(part))]).toEqual([name]);
      if (name.startsWith('shutdown')) expect(request.params['forceStop']).toBe(0);
      else expect(request.params['forceStop']).toBeUndefined();
    }
  });

  it('P16 sends one kind of DELETE, to a guest alone and without any parameter', () => {
    const deletes = all.filter(([, request]) => request.method === 'DELETE');
    expect(deletes.map(([, request]) => [request.path.join('/'), request.params])).toEqual([['nodes/pve1/qemu/900', {}], ['nodes/pve1/lxc/900', {}]]);
  });

  it('P16 P21 takes away nothing of a configuration but tags, an interface, or a disk whose volume stays', () => {
    for (const [name, request] of all) if (request.path.includes('config') && request.params['delete'] !== undefined) expect([name, request.params['delete']]).toEqual([name, expect.stringMatching(/^(?:tags|net\d+|scsi\d+)$/)]);
  });

  it.each(['unused0', 'protection', 'efidisk0', 'net0,protection', 'scsi0,unused0', 'args', ''])('P16 P21 cannot be made to free a volume or to take away %j', (slot) => {
    expect(() => built.configure(fresh(), { kind: 'detach', slot })).toThrow(Bug);
    expect(() => built.configure(fresh(), { kind: 'nic', slot, property: null })).toThrow(Bug);
    expect(() => built.addDisk(fresh(), { slot, storage: 'disks', sizeMib: 1 })).toThrow(Bug);
    expect(() => built.growDisk(fresh(), slot, 1)).toThrow(Bug);
  });

  it('P10 puts the digest that was just read into every configuration write, with one concern each', () => {
    for (const [, request] of writes.filter(([, each]) => each.path.at(-1) === 'config')) {
      expect(request.params['digest']).toBe(digest);
      expect(Object.keys(request.params)).toHaveLength(2);
    }
  });

  it.each(['', 'abc', `${digest}0`])('P6 does not build a configuration write with the digest %j', (wrong) => {
    expect(() => built.configure(fresh('qemu', { digest: wrong }), { kind: 'cores', cores: 2 })).toThrow(Bug);
  });

  it('P14 creates with uuid, marker and intake pool in the one call, without tags and without a start', () => {
    expect(built.createVm(spec, 'web\n\n<!-- marker -->', 'sluice-intake')).toEqual({
      method: 'POST', path: ['nodes', 'pve1', 'qemu'], node: 'pve1', answer: 'task', config: null, ownNodeOnly: false,
      params: {
        vmid: 900, name: 'web-1', cores: 4, sockets: 1, memory: 2048, ostype: 'l26', scsihw: 'virtio-scsi-single', smbios1: 'uuid=11111111-2222-4333-8444-555555555555', description: 'web\n\n<!-- marker -->', pool: 'sluice-intake', onboot: 1,
        scsi0: 'disks:8', scsi1: 'disks:0.5', net0: 'virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,tag=20', net1: 'virtio=BC:24:11:AA:BB:CD,bridge=vmbr0,mtu=9000,link_down=1',
      },
    });
  });

  it('P15 lends exactly one guest, without propagation, to the destroy token alone, at the guest\'s own node', () => {
    const common = { path: '/vms/900', roles: 'SluiceDestroyOne', propagate: 0 };
    expect(built.lend(fresh(), 'user', borrower)).toMatchObject({ method: 'PUT', path: ['access', 'acl'], node: 'pve1', ownNodeOnly: true, params: { ...common, users: 'sluice-destroy@pve' } });
    expect(built.lend(fresh(), 'token', borrower).params).toEqual({ ...common, tokens: borrower });
    expect(built.takeBack(vmid, 'token', borrower, null).params).toEqual({ ...common, tokens: borrower, delete: 1 });
    expect(() => built.lend(fresh(), 'user', 'sluice-destroy@pve')).toThrow(Bug);
  });

  it('moves a guest with its target and the way alone, asked of the node where it stands', () => {
    expect(built.migrate(fresh(), 'pve2', 'online')).toMatchObject({ method: 'POST', path: ['nodes', 'pve1', 'qemu', '900', 'migrate'], node: 'pve1', answer: 'task', params: { target: 'pve2', online: 1 } });
    expect([built.migrate(fresh(), 'pve2', 'offline').params, built.migrate(fresh('lxc'), 'pve2', 'restart').params]).toEqual([{ target: 'pve2' }, { target: 'pve2', restart: 1 }]);
  });

  it('asks the node in the UPID for the task', () => {
    expect(built.reads.taskState(upid)).toMatchObject({ node: 'pve2', path: ['nodes', 'pve2', 'tasks', upid, 'status'] });
  });
});
