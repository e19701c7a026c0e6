import fc from 'fast-check';
import { judgeConstraints } from './constraints';

const vm = {
  id: 12, name: 'web-03', status: { value: 'active', label: 'Active' }, cluster: { id: 3, name: 'West' }, site: null, tenant: { id: 7, name: 'ACME', slug: 'acme' }, role: { id: 4, slug: 'web' }, memory: 2048, vcpus: 2,
  tags: [{ id: 1, name: 'Web', slug: 'web' }, { id: 2, name: 'Prod', slug: 'prod' }], custom_fields: { proxmox_kind: 'qemu', owner: null },
};
const judge = (constraints: unknown) => judgeConstraints(constraints, vm, 9);

describe('constraints of an object permission', () => {
  it.each([
    [null], [{}], [{ name: 'web-03' }], [{ name__in: ['a', 'web-03'] }], [{ name__startswith: 'web' }], [{ name__iexact: 'WEB-03' }], [{ cluster: 3 }], [{ cluster_id: 3 }], [{ cluster__name: 'West' }], [{ cluster__name__in: ['West'] }], [{ tenant__slug: 'acme' }], [{ role__slug: 'web' }],
    [{ site: null }], [{ site__isnull: true }], [{ site__slug__isnull: true }], [{ status: 'active' }], [{ tags__name: 'Prod' }], [{ tags__slug__in: ['prod'] }], [{ memory__lte: 2048 }], [{ custom_field_data__proxmox_kind: 'qemu' }], [{ pk: 12 }],
    [[{ name: 'other' }, { tenant__slug: 'acme' }]], [{ tenant__slug: 'acme', memory__lt: 4096 }],
  ])('match with %j', (constraints) => expect(judge(constraints)).toEqual({ matches: true, unread: [] }));

  it.each([
    [{ name: 'web' }], [{ name__in: 'web-03' }], [{ cluster__name: 'East' }], [{ tenant__slug: 'acme', memory__gt: 4096 }], [{ tenant: null }], [{ site__slug: 'x' }], [{ tags__name: 'web' }], [{ tags__name__in: [] }], [[]], [{ custom_field_data__owner: 'x' }], [{ memory__gt: '1' }],
  ])('do not match with %j', (constraints) => expect(judge(constraints)).toEqual({ matches: false, unread: [] }));

  it.each<[unknown, readonly string[]]>([
    [{ tenant__group__slug: 'x' }, ['tenant__group__slug']], [{ name__regex: '.*' }, ['name__regex']], [{ owner: 1 }, ['owner']], [{ name: 'web-03', later: 1 }, ['later']], ['all', ['"all"']], [{ site__isnull: 'yes' }, ['site__isnull']],
  ])('P30 do not match where %j cannot be read, and say what', (constraints, unread) => expect(judge(constraints)).toEqual({ matches: false, unread }));

  it('put the user in for $user', () => {
    expect(judgeConstraints({ created_by: '$user' }, { created_by: { id: 9 } }, 9).matches).toBe(true);
    expect(judgeConstraints({ created_by__in: ['$user', 1] }, { created_by: { id: 9 } }, 9).matches).toBe(true);
    expect(judgeConstraints({ created_by: '$user' }, { created_by: { id: 9 } }, 8).matches).toBe(false);
  });

  it('P30 never throw, and one lookup more never lets more through', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.string(), (value, lookup) => { expect(typeof judge(value).matches).toBe('boolean'); expect(judge({ name: 'other', [lookup === 'name' ? 'x' : lookup]: value }).matches).toBe(false); }));
  });
});
