// A branch with everything a guest consists of, worked on in the simulated NetBox over REST, read by Sluice's own reader and
// planned: names behind ids, children at their guest, authors, and no more requests than kinds of things.
import { readBranchContent } from '../../src/intent/branch-reader';
import { groupByGuest } from '../../src/intent/core/grouping';
import { openNetBox, netboxReader, type NetBoxHttp } from '../../src/netbox';
import { secretOf, smallNetBox, type Small } from '../setup/small-netbox';

let netbox: Small;
let http: NetBoxHttp;
beforeEach(async () => {
  netbox = await smallNetBox();
  const { key, secret } = secretOf('admin');
  http = openNetBox({ name: 'netbox', url: netbox.url, token: `nbt_${key}.${secret}`, retryMillis: 1 });
});
afterEach(async () => {
  await http.close();
  await netbox.close();
});

async function make(person: string, path: string, body: object, schema?: string): Promise<number> {
  const made = await netbox.ask(person, 'POST', `${path}/`, body, schema);
  if (made.status !== 201) throw new Error(`${path}: ${made.status} ${JSON.stringify(made.body)}`);
  return made.body.id;
}

describe('a branch of the simulated NetBox', () => {
  it('is read whole: children stand with their guest, ids have names, both authors are known', async () => {
    const nicOfMain = (await netbox.ask('svc', 'GET', 'virtualization/interfaces/')).body.results[0]?.id;
    const { id, schema } = await netbox.branch('CHG-1');
    const vm = await make('alice', 'virtualization/virtual-machines', { name: 'new-1', cluster: 1, vcpus: 2, memory: 1024, tags: [{ slug: 'prod' }] }, schema);
    const nic = await make('alice', 'virtualization/interfaces', { virtual_machine: vm, name: 'net0' }, schema);
    await make('alice', 'virtualization/virtual-disks', { virtual_machine: vm, name: 'scsi0', size: 1024 }, schema);
    await make('alice', 'dcim/mac-addresses', { mac_address: 'BC:24:11:00:00:01', assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic }, schema);
    await make('admin', 'ipam/ip-addresses', { address: '10.0.0.9/24', assigned_object_type: 'virtualization.vminterface', assigned_object_id: nicOfMain }, schema);

    const since = await netbox.lab.lastRequest();
    const read = await readBranchContent(netboxReader(http), id);
    if (!read.ok || read.value.kind !== 'content') throw new Error(JSON.stringify(read));
    const { content } = read.value;
    const users = (await netbox.ask('admin', 'GET', 'users/users/')).body.results;
    const keyOf = (name: string): string => `netbox:netbox:${users.find((user) => user['username'] === name)?.id}`;
    expect(content.authors).toEqual([keyOf('admin'), keyOf('alice')].sort());
    expect([...content.lookups.clusters]).toEqual([[1, 'pve-a']]);
    expect([...content.lookups.tags]).toEqual([['Production', 'prod']]);
    const { guests, others } = groupByGuest(content.diffs, content.lookups);
    expect(others).toEqual([]);
    expect(guests.map((guest) => [guest.netboxVmId, guest.vm?.action ?? null, guest.interfaces.length, guest.disks.length, guest.macs.length, guest.ips.length])).toEqual([[1, null, 0, 0, 0, 1], [vm, 'create', 1, 1, 1, 0]]);
    expect((await netbox.lab.requests(since)).filter((one) => one.path.startsWith('/api/') && !one.path.includes('/users/')).length).toBeLessThanOrEqual(9);
  });

  it('reads the same content after the merge, without authors', async () => {
    const { id, schema } = await netbox.branch('CHG-1');
    await netbox.ask('alice', 'DELETE', 'virtualization/virtual-machines/1/', undefined, schema);
    const before = await readBranchContent(netboxReader(http), id);
    await netbox.job('bob', id, 'merge');
    const after = await readBranchContent(netboxReader(http), id);
    if (!before.ok || before.value.kind !== 'content' || !after.ok || after.value.kind !== 'content') throw new Error(JSON.stringify([before, after]));
    expect(after.value.changeDigest).toBe(before.value.changeDigest);
    expect([before.value.content.authors.length, after.value.content.authors]).toEqual([1, []]);
    expect(after.value.content.branch).toMatchObject({ status: 'merged', mergedBy: { username: 'bob' } });
    expect(groupByGuest(after.value.content.diffs, after.value.content.lookups).guests).toMatchObject([{ netboxVmId: 1, vm: { action: 'delete' }, interfaces: [{ action: 'delete' }] }]);
  });

  it('a branch that does not exist is absent', async () => {
    expect(await readBranchContent(netboxReader(http), 999)).toEqual({ ok: true, value: { kind: 'absent' } });
  });
});
