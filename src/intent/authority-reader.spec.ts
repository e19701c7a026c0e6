// What the authors may do, read from a simulated NetBox by Sluice's own client.
import { draftBranch } from './core/draft';
import { contentOf, inputOf, vmUpdate, type Scene } from '../../test/setup/intent-world';
import { defaultFields, netboxReader, netboxWriter, openNetBox, type NetBoxAccess, type NetBoxHttp } from '../netbox';
import { secretOf, smallNetBox, type Small } from '../../test/setup/small-netbox';
import { readAuthority, type OwnRights } from './authority-reader';

let netbox: Small;
let http: NetBoxHttp;
let access: NetBoxAccess;
let vmId: number;
let alice: number;
beforeEach(async () => {
  netbox = await smallNetBox();
  const { key, secret } = secretOf('svc');
  http = openNetBox({ name: 'main', url: netbox.url, token: `nbt_${key}.${secret}`, retryMillis: 1 });
  access = { name: 'main', url: netbox.url, reader: netboxReader(http), writer: netboxWriter(http), fields: defaultFields };
  vmId = (await netbox.ask('admin', 'POST', 'virtualization/virtual-machines/', { name: 'a', cluster: 1 })).body.id;
  alice = (await netbox.ask('admin', 'GET', 'users/users/?username=alice')).body.results[0]?.id ?? 0;
});
afterEach(async () => {
  await http.close();
  await netbox.close();
});
const nobody: OwnRights = () => Promise.resolve(null);
const read = (ownRights: OwnRights, schema = 'abcdefgh') => {
  const scene: Scene = { guests: [{ netboxVmId: vmId, vmid: 105, name: 'a' }], diffs: [vmUpdate(vmId, 'a', {}, { memory: 4096 })] };
  const content = { ...contentOf(scene), authors: [`netbox:main:${alice}`] };
  return readAuthority(access, { ...content, branch: { ...content.branch, schemaId: schema } }, draftBranch(inputOf({ ...scene, input: { content } })), ownRights);
};
const mayReadPermissions = async () => {
  const svc: number = (await netbox.ask('admin', 'GET', 'users/users/?username=svc')).body.results[0]?.id ?? 0;
  await netbox.ask('admin', 'POST', 'users/permissions/', { name: 'svc sees permissions', object_types: ['users.objectpermission', 'users.user', 'virtualization.virtualmachine'], actions: ['view'], users: [svc] });
};

it('A13 asks NetBox nothing where Sluice itself permits everything', async () => {
  const { authors } = await read(() => Promise.resolve({ name: 'Alice', permissions: new Set(['apply_update_vm']) }));
  expect(authors).toEqual([expect.objectContaining({ name: 'Alice', grants: [] })]);
});

it('A13 reads what the user and its groups are granted, with the constraints, and both records', async () => {
  await mayReadPermissions();
  const group: number = (await netbox.ask('admin', 'POST', 'users/groups/', { name: 'engineers' })).body.id;
  await netbox.ask('admin', 'PATCH', `users/users/${alice}/`, { groups: [group] });
  const of = { object_types: ['virtualization.virtualmachine'], actions: ['apply_update_vm'] };
  await netbox.ask('admin', 'POST', 'users/permissions/', { name: 'by group', ...of, constraints: { name: 'a' }, groups: [group] });
  await netbox.ask('admin', 'POST', 'users/permissions/', { name: 'by user', ...of, users: [alice] });
  await netbox.ask('admin', 'POST', 'users/permissions/', { name: 'not enabled', ...of, enabled: false, users: [alice] });
  await netbox.ask('admin', 'POST', 'users/permissions/', { name: 'of another type', ...of, object_types: ['dcim.device'], users: [alice] });
  const { schema } = await netbox.branch('CHG-1');
  await netbox.ask('alice', 'PATCH', `virtualization/virtual-machines/${vmId}/`, { memory: 4096 }, schema);
  const { authors, records } = await read(nobody, schema);
  expect(authors[0]?.grants).toEqual([{ name: 'by group', actions: ['apply_update_vm'], constraints: { name: 'a' } }, { name: 'by user', actions: ['apply_update_vm'], constraints: null }]);
  expect([records.get(vmId)?.before?.['memory'], records.get(vmId)?.after?.['memory']]).toEqual([null, 4096]);
});

it('P30 says so where the service account may not read permissions', async () => {
  const rights = (await netbox.ask('admin', 'GET', 'users/permissions/?user=svc')).body.results;
  for (const one of rights) await netbox.ask('admin', 'PATCH', `users/permissions/${one.id}/`, { enabled: false });
  const { authors } = await read(nobody);
  expect(authors[0]?.grants).toEqual({ unread: expect.stringContaining('403') });
});
