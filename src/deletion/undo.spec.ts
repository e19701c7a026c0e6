import { deletionWorld, vm, type DeletionWorld } from '../../test/model/deletion-world';
import { secretOf, smallNetBox, type Shown, type Small } from '../../test/setup/small-netbox';
import { defaultFields, netboxReader, netboxWriter, openNetBox, type ChangeDiff, type NetBoxes } from '../netbox';
import { armFailpoint, disarmFailpoints, FailpointReached } from '../platform/failpoint';

const names = [900, 901, 902, 903, 904, 905];
const seedOf = (vmid: number) => [
  { as: 'admin', path: '/api/virtualization/virtual-machines/', body: { name: `guest-${vmid}`, cluster: { name: 'pve-a' }, memory: 2048, vcpus: 2.5, description: 'the old billing database', comments: 'see CHG-1', tags: [{ slug: 'prod' }], status: 'active' }, save: `vm${vmid}` },
  { as: 'admin', path: '/api/virtualization/interfaces/', body: { virtual_machine: `{{vm${vmid}}}`, name: 'net0', mtu: 1500 }, save: `nic${vmid}` },
  { as: 'admin', path: '/api/virtualization/virtual-disks/', body: { virtual_machine: `{{vm${vmid}}}`, name: 'scsi0', size: 8192 } },
  { as: 'admin', path: '/api/dcim/mac-addresses/', body: { mac_address: `BC:24:11:00:02:${vmid % 100}`.padEnd(17, '0'), assigned_object_type: 'virtualization.vminterface', assigned_object_id: `{{nic${vmid}}}` }, save: `mac${vmid}` },
  { as: 'admin', path: '/api/ipam/ip-addresses/', body: { address: `10.0.0.${vmid - 800}/24`, dns_name: 'billing.example.org', assigned_object_type: 'virtualization.vminterface', assigned_object_id: `{{nic${vmid}}}` }, save: `ip${vmid}` },
  { as: 'admin', method: 'PATCH' as const, path: `/api/virtualization/interfaces/{{nic${vmid}}}/`, body: { primary_mac_address: `{{mac${vmid}}}` } },
  { as: 'admin', method: 'PATCH' as const, path: `/api/virtualization/virtual-machines/{{vm${vmid}}}/`, body: { primary_ip4: `{{ip${vmid}}}` } },
];

describe('a NetBox record that a merged delete removed', () => {
  let netbox: Small;
  let world: DeletionWorld;
  const http = () => openNetBox({ name: 'main', url: netbox.url, token: `nbt_${secretOf('admin').key}.${secretOf('admin').secret}`, retryMillis: 1 });
  let access: ReturnType<typeof http>;

  beforeAll(async () => {
    netbox = await smallNetBox({ seed: names.flatMap(seedOf) });
    access = http();
    const netboxes: NetBoxes = new Map([['main', { name: 'main', url: netbox.url, reader: netboxReader(access), writer: netboxWriter(access), fields: defaultFields }]]);
    world = await deletionWorld(names.map((vmid) => vm(vmid)), {}, netboxes);
  });
  afterAll(async () => { await access.close(); await netbox.close(); await world.close(); });
  afterEach(async () => { disarmFailpoints(); await netbox.lab.clearFaults(); await world.lab.clear(); });

  const ask = async (path: string): Promise<readonly Shown[]> => (await netbox.ask('admin', 'GET', path)).body.results;
  /** Everything a person would notice, without ids and times. */
  const recordOf = async (vmid: number) => {
    const [machine] = await ask(`virtualization/virtual-machines/?name=guest-${vmid}`);
    if (machine === undefined) return null;
    const [nics, disks] = [await ask(`virtualization/interfaces/?virtual_machine_id=${machine.id}`), await ask(`virtualization/virtual-disks/?virtual_machine_id=${machine.id}`)];
    const of = (object: unknown, key: string): unknown => (object as Readonly<Record<string, unknown>> | null)?.[key];
    return {
      id: machine.id,
      shown: {
        vm: { memory: machine['memory'], vcpus: machine['vcpus'], disk: machine['disk'], status: of(machine['status'], 'value'), description: machine['description'], comments: machine['comments'], tags: (machine['tags'] as { slug: string }[]).map((tag) => tag.slug), cluster: of(machine['cluster'], 'name'), ip: of(machine['primary_ip4'], 'address'), fields: machine['custom_fields'] },
        nics: nics.map((nic) => ({ name: nic['name'], mtu: nic['mtu'], mac: nic['mac_address'] })), disks: disks.map((disk) => ({ name: disk['name'], size: disk['size'] })),
        ips: (await ask(`ipam/ip-addresses/?virtual_machine_id=${machine.id}`)).map((ip) => ({ address: ip['address'], dns: ip['dns_name'] })),
      },
    };
  };
  /** A branch deletes the VM, it is merged, and the request is raised with what the branch remembers. */
  const mergedDelete = async (vmid: number): Promise<string> => {
    const before = await recordOf(vmid);
    const { id: branch, schema } = await netbox.branch(`delete-${vmid}`);
    expect((await netbox.ask('alice', 'DELETE', `virtualization/virtual-machines/${before?.id ?? 0}/`, undefined, schema)).status).toBe(204);
    await netbox.job('bob', branch, 'merge', { commit: true });
    expect(await recordOf(vmid)).toBeNull();
    const diffs = await netboxReader(access).changeDiffs(branch);
    if (!diffs.ok) throw new Error(diffs.error.text);
    const rows = (type: string) => diffs.value.filter((diff: ChangeDiff) => diff.objectType === type && diff.action === 'delete').map((diff) => ({ id: diff.objectId, data: diff.original ?? diff.current }));
    return world.ripe(vmid, { netboxVmId: before?.id ?? null, netboxRecordRemoved: true, netboxRecord: { vm: rows('virtualization.virtualmachine')[0], interfaces: rows('virtualization.vminterface'), disks: rows('virtualization.virtualdisk'), macs: rows('dcim.macaddress'), ips: rows('ipam.ipaddress') } });
  };

  it('P24 is put back whole under new ids when the request is cancelled, the link moves, and it is journaled', async () => {
    const before = await recordOf(900);
    const id = await mergedDelete(900);
    await world.requests.cancel(world.people.otto, id, 'still needed');
    await world.undo.run(id);
    expect(await world.state(id)).toMatchObject({ undo: 'done', claimed: false });
    const after = await recordOf(900);
    expect(after?.shown).toEqual(before?.shown);
    expect(after?.id).not.toBe(before?.id);
    expect(await world.db.owner.rows('select netbox_vm_id as id from guest_links where vmid = 900')).toEqual([{ id: after?.id }]);
    expect(await world.db.owner.rows(`select 1 as line from journal_entries where kind = 'deletion.undo-done' and subject = $1`, [`request:${id}`])).toHaveLength(1);
  });

  it('P24 P26 is put back once although answers were lost, and goes on where a worker died', async () => {
    const before = await recordOf(901);
    const id = await mergedDelete(901);
    await world.requests.cancel(world.people.otto, id, 'still needed');
    await netbox.lab.fault({ match: { method: 'POST', path: '/api/virtualization/virtual-machines/' }, fault: 'answer-lost' });
    await netbox.lab.fault({ match: { method: 'POST', path: '/api/ipam/ip-addresses/' }, fault: 'answer-lost' });
    armFailpoint('deletion/before-undo-settled', 'throw');
    await expect(world.undo.run(id)).rejects.toThrow(FailpointReached);
    await world.undo.run(id);
    expect([(await world.state(id)).undo, (await recordOf(901))?.shown]).toEqual(['done', before?.shown]);
    expect(await ask('virtualization/virtual-machines/?name=guest-901')).toHaveLength(1);
  });

  it('P24 stays away when the guest was destroyed; the tombstone keeps both sides for ever', async () => {
    const id = await mergedDelete(902);
    const deleter = world.deleter();
    await deleter.start();
    await deleter.tick();
    expect([(await world.state(id)).state, await recordOf(902)]).toEqual(['destroyed', null]);
    const stone = await world.store.tombstone(id);
    expect(stone).toMatchObject({ netboxRecord: { vm: { data: { name: 'guest-902' } } }, proxmoxRecord: { config: { name: 'guest-902' } } });
    await expect(world.db.owner.rows('delete from tombstones where request_id = $1', [id])).rejects.toThrow('append-only');
  });

  it('P24 a deletion begun inside Sluice reads the record into the tombstone and leaves it where it is', async () => {
    const before = await recordOf(905);
    await world.db.owner.rows('update guest_links set netbox_vm_id = $1 where vmid = 905', [before?.id]);
    const asked = await world.requests.requestDirectly(world.people.anna, { cluster: 'leipzig', guestId: '11111111-1111-4111-8111-000000000905', reason: 'replaced' });
    if (!asked.ok) throw new Error(asked.error.observed);
    await world.prepare.run(asked.value);
    expect((await world.state(asked.value)).state).toBe('in-review');
    expect(await world.store.tombstone(asked.value)).toMatchObject({ netboxRecord: { vm: { data: { name: 'guest-905' } }, interfaces: [{ data: { name: 'net0' } }], disks: [{ data: { name: 'scsi0' } }], ips: [{ data: { dns_name: 'billing.example.org' } }] } });
    await world.requests.cancel(world.people.otto, asked.value, 'no');
    expect([await recordOf(905), (await world.state(asked.value)).undo]).toEqual([before, 'none']);
  });

  it('P24 is put back when the request was refused before anything began', async () => {
    const before = await recordOf(903);
    await world.lab.act({ act: 'protect', vmid: 903, on: true });
    await expect(mergedDelete(903)).rejects.toThrow();
    const { id } = await world.db.owner.one<{ id: string }>('select id from deletion_requests where vmid = 903');
    expect(await world.state(id)).toMatchObject({ state: 'refused', undo: 'pending' });
    await world.undo.run(id);
    expect([(await world.state(id)).undo, (await recordOf(903))?.shown]).toEqual(['done', before?.shown]);
  });

  it('P24 asks a human when somebody has made a record of that name meanwhile', async () => {
    const id = await mergedDelete(904);
    await netbox.ask('admin', 'POST', 'virtualization/virtual-machines/', { name: 'guest-904', cluster: { name: 'pve-a' } });
    await world.requests.cancel(world.people.otto, id, 'still needed');
    await world.undo.run(id);
    expect(await world.state(id)).toMatchObject({ state: 'cancelled', undo: 'needs-human' });
    expect((await world.lab.guest(904))?.main['tags']).toBe('prod');
  });
});
