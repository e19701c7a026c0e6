import { contentOf, judged, vmCreate, vmDelete, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import type { AuthorRights, Authority, Grant } from '../core/authority';
import { authorPermission } from './author-permission';

const guests = [{ netboxVmId: 5, vmid: 105, name: 'a' }];
const update: Scene = { guests, diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] };
const record = { id: 5, name: 'a', tenant: { id: 1, slug: 'acme' } };
const alice: AuthorRights = { author: 'netbox:main:2', userId: 2, name: 'Alice', own: new Set(), grants: [] };
const grant = (more: Partial<Grant> = {}): Grant => ({ name: 'engineers', actions: ['apply_update_vm'], constraints: null, ...more });
const as = (scene: Scene, more: Partial<AuthorRights>, records: Authority['records'] = new Map([[5, { before: record, after: record }]])): Scene => ({ ...scene, input: { ...scene.input, authority: { authors: [{ ...alice, ...more }], records } } });

describe('author.permission', () => {
  it.each<[string, Scene, string]>([
    ['a new VM', { diffs: [vmCreate(5, 'a')] }, 'apply_create_vm'], ['a change', update, 'apply_update_vm'], ['a deletion', { guests, diffs: [vmDelete(5, 'a')] }, 'request_deletion_vm'],
    ['a change of a container', { guests: [{ netboxVmId: 5, vmid: 105, name: 'a', kind: 'lxc' }], diffs: [vmUpdate(5, 'a', {}, { description: 'x' })] }, 'apply_update_lxc'],
    ['a deletion of a container', { guests: [{ netboxVmId: 5, vmid: 105, name: 'a', kind: 'lxc' }], diffs: [vmDelete(5, 'a')] }, 'request_deletion_lxc'],
  ])('A13 asks for one permission for %s, held in Sluice or in NetBox', (_what, scene, permission) => {
    expect(judged(authorPermission, as(scene, {}))).toEqual([`VM a: Alice wrote this and does not hold ${permission}`]);
    expect(judged(authorPermission, as(scene, { own: new Set([permission]) }))).toEqual([]);
    expect(judged(authorPermission, as(scene, { grants: [grant({ actions: [permission] })] }))).toEqual([]);
    expect(judged(authorPermission, as(scene, { own: new Set(['view', 'operate', 'administer', 'approve_deletion']) }))).toHaveLength(1);
  });

  it('A13 holds a grant to its constraints, before and after the change', () => {
    const acme = [grant({ constraints: { tenant__slug: 'acme' } })];
    expect(judged(authorPermission, as(update, { grants: acme }))).toEqual([]);
    const moved = new Map([[5, { before: { ...record, tenant: { id: 2, slug: 'other' } }, after: record }]]);
    expect(judged(authorPermission, as(update, { grants: acme }, moved))).toEqual(['VM a: Alice wrote this and does not hold apply_update_vm (the record does not fit the constraints of permission engineers)']);
  });

  it('P30 does not take what it cannot read for a permission, and says what', () => {
    expect(judged(authorPermission, as(update, { grants: [grant({ constraints: { tenant__group__slug: 'x' } })] }))).toEqual([expect.stringContaining('(permission engineers has constraints that cannot be read: tenant__group__slug)')]);
    expect(judged(authorPermission, as(update, { grants: [grant({ constraints: { name: 'a' } })] }, new Map()))).toEqual([expect.stringContaining('the record was not read')]);
    expect(judged(authorPermission, as(update, { grants: { unread: 'NetBox main, users/permissions: 403' } }))).toEqual([expect.stringContaining('(object permissions of NetBox do not count: NetBox main, users/permissions: 403)')]);
  });

  it('P30 refuses where an author was not looked up or nobody is named; asks nobody where nothing is done', () => {
    expect(judged(authorPermission, { ...update, input: { authority: { authors: [], records: new Map() } } })).toEqual(['branch change-1: the permissions of netbox:main:2 were not read']);
    expect(judged(authorPermission, { ...update, input: { content: { ...contentOf(update), authors: [] } } })).toEqual(['branch change-1: nobody is named in its change log, so nobody\'s permissions can be looked at']);
    expect(judged(authorPermission, as({ guests, diffs: [vmUpdate(5, 'a', {}, { comments: 'x' })] }, {}))).toEqual([]);
    const merged = contentOf(update);
    expect(judged(authorPermission, { ...update, input: { content: { ...merged, authors: [], branch: { ...merged.branch, status: 'merged' } } } })).toEqual([]);
  });

  it('A13 wants it of every author', () => {
    const two: Scene = { ...update, input: { content: { ...contentOf(update), authors: ['netbox:main:2', 'netbox:main:3'] }, authority: { authors: [{ ...alice, own: new Set(['apply_update_vm']) }, { ...alice, author: 'netbox:main:3', userId: 3, name: 'Bob' }], records: new Map() } } };
    expect(judged(authorPermission, two)).toEqual(['VM a: Bob wrote this and does not hold apply_update_vm']);
  });
});
