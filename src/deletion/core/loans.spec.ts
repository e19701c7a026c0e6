import type { Vmid } from '../../kernel';
import type { AclRow } from '../../proxmox';
import { judgeLoans, notExactly, standsFor } from './loans';

const names = { role: 'SluiceDestroyOne', destroyTokenId: 'sluice-destroy@pve!destroy' };
const row = (more: Partial<AclRow> = {}): AclRow => ({ path: '/vms/107', role: 'SluiceDestroyOne', holderKind: 'token', holder: 'sluice-destroy@pve!destroy', propagate: false, ...more });
const ours = [{ requestId: 'r1', vmid: 107 as Vmid }];
const userRow = row({ holderKind: 'user', holder: 'sluice-destroy@pve' });

describe('grants at Proxmox', () => {
  it('P15 both halves of a request in destroying are explained by it', () => {
    const { explained, unexplained } = judgeLoans([row(), userRow, row({ path: '/pool/cust1', role: 'SluiceLend', holder: 'sluice-lender@pve!lender' })], names, ours);
    expect([explained.map((one) => [one.half, one.requestId]), unexplained]).toEqual([[['token', 'r1'], ['user', 'r1']], []]);
  });

  it.each<[string, AclRow]>([
    ['on a guest of no request', row({ path: '/vms/108' })], ['that is propagated', row({ propagate: true })], ['on a pool', row({ path: '/pool/cust1' })], ['on everything', row({ path: '/' })],
    ['of another role to the destroy token', row({ role: 'Administrator' })], ['of another role to the destroy user', { ...userRow, role: 'PVEVMAdmin' }],
    ['of the role to somebody else', row({ holder: 'mallory@pve!x' })], ['of the role to a group', row({ holderKind: 'group', holder: 'sluice-destroy@pve' })],
  ])('P15 a grant %s is unexplained', (_what, one) => {
    expect(judgeLoans([one], names, ours)).toEqual({ explained: [], unexplained: [one] });
  });

  it('P15 nothing explains a grant when no request is in destroying', () => {
    expect(judgeLoans([row()], names, []).unexplained).toHaveLength(1);
  });

  it('tells the halves apart', () => {
    expect([standsFor([row()], names, 107 as Vmid, 'token'), standsFor([row()], names, 107 as Vmid, 'user'), standsFor([row()], names, 108 as Vmid, 'token')]).toEqual([true, false, false]);
  });

  it.each<[string, Readonly<Record<string, readonly string[]>>, string | null]>([
    ['exactly this guest', { '/vms/107': ['VM.Audit', 'Pool.Audit', 'VM.Allocate'] }, null],
    ['nothing', {}, 'it sees nothing'],
    ['another guest', { '/vms/108': ['VM.Audit', 'Pool.Audit', 'VM.Allocate'] }, '/vms/108: VM.Audit, Pool.Audit, VM.Allocate'],
    ['two guests', { '/vms/107': ['VM.Audit', 'Pool.Audit', 'VM.Allocate'], '/vms/108': ['VM.Audit'] }, '/vms/107: VM.Audit, Pool.Audit, VM.Allocate; /vms/108: VM.Audit'],
    ['a privilege more', { '/vms/107': ['VM.Audit', 'Pool.Audit', 'VM.Allocate', 'VM.PowerMgmt'] }, '/vms/107: VM.Audit, Pool.Audit, VM.Allocate, VM.PowerMgmt'],
    ['a privilege less', { '/vms/107': ['VM.Audit', 'VM.Allocate'] }, '/vms/107: VM.Audit, VM.Allocate'],
  ])('P15 the destroy token that sees %s is judged so', (_what, permissions, verdict) => {
    expect(notExactly(permissions, 107 as Vmid)).toBe(verdict);
  });
});
