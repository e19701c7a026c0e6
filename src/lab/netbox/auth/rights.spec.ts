import { smallNetBox } from '../../../../test/setup/small-netbox';
import type { Small } from '../../../../test/setup/small-netbox';

let netbox: Small;
beforeAll(async () => { netbox = await smallNetBox(); });
afterAll(() => netbox.close());
const VMS = 'virtualization/virtual-machines/';

describe('Object permissions', () => {
  it('refuses what no permission names and passes the superuser', async () => {
    expect((await netbox.ask('bob', 'POST', VMS, { name: 'b', cluster: 1 })).status).toBe(403);
    expect((await netbox.ask('alice', 'GET', 'users/permissions/')).status).toBe(403);
    expect((await netbox.ask('admin', 'GET', 'users/permissions/')).status).toBe(200);
  });

  it('holds writes to the constraints: created or moved outside is 403 and leaves nothing, edited outside is 404', async () => {
    expect((await netbox.ask('svc', 'POST', VMS, { name: 'out', cluster: 2 })).status).toBe(403);
    expect((await netbox.ask('svc', 'GET', `${VMS}?name=out`)).body['count']).toBe(0);
    expect((await netbox.ask('svc', 'POST', VMS, { name: 'in', cluster: 1 })).status).toBe(201);
    expect((await netbox.ask('svc', 'PATCH', `${VMS}1/`, { cluster: 2 })).status).toBe(403);
    expect(((await netbox.ask('svc', 'GET', `${VMS}1/`)).body['cluster'] as { id: number }).id).toBe(1);
    const elsewhere = await netbox.ask('admin', 'POST', VMS, { name: 'lab', cluster: 2 });
    expect((await netbox.ask('svc', 'PATCH', `${VMS}${elsewhere.body.id}/`, { memory: 1 })).status).toBe(404);
    expect((await netbox.ask('svc', 'PATCH', VMS, [{ id: elsewhere.body.id, memory: 1 }, { id: 1, memory: 4096 }])).body).toHaveLength(1);
  });

  it('takes group permissions, lists of constraints and $user into account; a list of branches ignores constraints (branching 1.1.2)', async () => {
    const group = await netbox.ask('admin', 'POST', 'users/groups/', { name: 'owners' });
    await netbox.ask('admin', 'PATCH', 'users/users/3/', { groups: [group.body.id] });
    await netbox.ask('admin', 'POST', 'users/permissions/', { name: 'small', object_types: ['virtualization.virtualmachine'], actions: ['change'], constraints: [{ memory__lt: 10 }, { name__in: ['web-01'] }], groups: [group.body.id] });
    expect((await netbox.ask('bob', 'PATCH', `${VMS}1/`, { comments: 'seen' })).status).toBe(200);
    expect((await netbox.ask('bob', 'PATCH', `${VMS}1/`, { name: 'web-99' })).status).toBe(403);
    const [alices, carols] = [await netbox.branch('of-alice'), await netbox.ask('carol', 'POST', 'plugins/branching/branches/', { name: 'of-carol' })];
    await netbox.lab.idle();
    expect((await netbox.ask('carol', 'GET', `plugins/branching/branches/${carols.body.id}/`)).status).toBe(200);
    expect((await netbox.ask('carol', 'GET', `plugins/branching/branches/${alices.id}/`)).status).toBe(404);
    expect((await netbox.ask('carol', 'GET', 'plugins/branching/branches/')).body['count']).toBe(2);
  });

  it('wants add and the action for a merge, in that order, with the sentences of the real one', async () => {
    const branch = await netbox.branch('who-merges');
    const merge = (person: string): ReturnType<Small['ask']> => netbox.ask(person, 'POST', `plugins/branching/branches/${branch.id}/merge/`, {});
    expect((await merge('svc')).body['detail']).toBe('You do not have permission to perform this action.');
    expect((await merge('alice')).body['detail']).toBe('This user does not have permission to merge branches.');
    expect((await merge('bob')).status).toBe(200);
    await netbox.lab.idle();
  });
});
