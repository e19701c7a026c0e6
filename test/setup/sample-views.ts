// A deletion request, a plan and a job as the API gives them, for specs of pages: a spec changes only what it is about.
import type { JobView, Line } from '../../src/apply';
import type { RequestView } from '../../src/deletion';
import type { PlanView } from '../../src/intent';
import type { Digest, Instant } from '../../src/kernel';

export const at = (text: string): Instant => `2026-11-25T${text}.000000Z` as Instant;

export const sampleNames = { 'netbox:netbox:2': 'Erika Engineer', 'person:p-1': 'Anton Approver' };

export const requestView = (change: Partial<RequestView> = {}): RequestView => ({
  id: '2f9c8111-0000-4000-8000-000000000001', digest: '7be1a09c'.padEnd(64, '0'), shortDigest: '7be1a09c', state: 'in-review', version: 3, viewedAt: at('10:00:00'),
  thing: { verb: 'Destroy', kind: 'qemu', name: 'billing-db-old', vmid: 5005, node: 'pve1', cluster: 'leipzig', guestId: '10000000-0000-4000-8000-000000005005', sentence: 'Destroy VM "billing-db-old" (5005) on pve1, cluster leipzig.' },
  still: { verdict: 'same', sentence: 'the same guest as when asked (uuid 2000…5005), on pve1', checkedAt: at('10:00:00') },
  power: { running: false, sentence: 'off (stopped)' },
  lost: { disks: [{ slot: 'scsi0', volume: 'vmdata:vm-5005-disk-0', sizeMib: 65_536 }, { slot: 'scsi1', volume: 'vmdata:vm-5005-disk-1', sizeMib: 1536 }], snapshots: ['before-upgrade'], interfaces: [{ slot: 'net0', mac: 'BC:24:11:00:50:05', bridge: 'vmbr0' }], tags: ['db'], pool: 'customer-a', cores: 2, memoryMib: 8192, running: false, uptimeSeconds: null },
  remains: { backup: 'last backup 2026-07-11T02:00:00.000Z on pbs, verified', tombstone: true },
  who: { requestedBy: 'netbox:netbox:2', requestedAt: at('09:00:00'), reason: 'replaced by billing-db2, CHG-4411', originators: ['netbox:netbox:2'], mergeId: null, planId: '33333333-0000-4000-8000-000000000003' },
  you: { mayApprove: true, mayVeto: true, mayCancel: true, why: 'You neither asked for, wrote nor merged this: you may review it.' },
  gates: [{ name: 'protection', verdict: 'ok', observed: 'protection is off', next: '' }, { name: 'ha', verdict: 'unknown', observed: 'pve1: 595', next: 'Repair what keeps this from being read, then ask again.' }, { name: 'lock', verdict: 'refused', observed: 'lock: backup', next: 'Wait until the backup has ended.' }],
  gateCounts: { ok: 1, refused: 1, unknown: 1 },
  votes: { standing: 1, threshold: 2, sentence: '1 of 2; one veto ends the request', reviews: [{ reviewer: 'p-1', username: 'maria', decision: 'approve', at: at('09:30:00'), reason: 'checked with billing', stands: true }] },
  time: { approveBy: at('23:00:00'), approvedAt: null, waitsUntil: null, startBy: null, windowSeconds: 86_400, powerOff: 'refuse', sentence: '' },
  cannotBeUndone: 'After the recovery window the guest and its disks are destroyed; they cannot be brought back except from a backup.',
  hold: null, refusal: null, undo: 'none', undoDetail: null, endedAt: null, endedBy: null, acknowledgedBy: null, ...change,
});

export const planOfBranch = (change: Partial<PlanView> = {}): PlanView => ({
  id: '33333333-0000-4000-8000-000000000003', digest: 'abcdef12'.padEnd(64, '0') as Digest, status: 'ready', permitted: true, policyVersion: 1, madeAt: at('08:00:00'), expiresAt: at('20:00:00'), startBy: null, changeDigest: 'c',
  source: { kind: 'branch', netbox: 'netbox', branchId: 1, branchName: 'web-tier', changeIds: [1, 2, 3], contentDigest: 'd' as Digest, owner: 'engineer', authors: ['engineer'] },
  findings: [],
  actions: [
    { kind: 'create', guest: { name: 'web-03', cluster: 'leipzig', node: 'pve3', kind: 'qemu', vmid: 5500 as never, guestId: 'g-3' as never }, steps: [{ kind: 'create', before: null, after: 'qemu 5500 on pve3' }, { kind: 'tags', before: [], after: ['web'] }], needsReboot: false, spec: { kind: 'qemu', vmid: 5500 as never, guestId: 'g-3' as never, uuid: 'u-3', node: 'pve3', pool: 'sluice-managed', name: 'web-03', origin: { kind: 'blank' }, sockets: 1, cloudInit: null, cores: 2, memoryMib: 2048, disks: [{ slot: 'scsi0', storage: 'vmdata', sizeMib: 8192 }], nics: [{ slot: 'net0', bridge: 'vmbr0', tag: 20, mac: 'BC:24:11:00:55:00', mtu: null, isUp: true, addresses: { ip: null, gateway: null, ip6: null, gateway6: null } }], human: 'third web front', tags: ['web'], onBoot: false, start: false } },
    { kind: 'update', guest: { name: 'app-01', cluster: 'leipzig', node: 'pve2', kind: 'qemu', vmid: 5003 as never, guestId: 'g-1' as never }, steps: [{ kind: 'cores', before: 2, after: 4 }, { kind: 'memory', before: 4096, after: 8192 }, { kind: 'description', before: '', after: 'grown' }], needsReboot: true },
  ],
  deletions: [{ guest: { name: 'old-01', cluster: 'leipzig', node: 'pve3', kind: 'qemu', vmid: 5004 as never, guestId: 'g-2' as never } }],
  drift: [], ...change,
});

export const jobOfPlan = (change: Partial<JobView> = {}): JobView => ({
  id: '44444444-0000-4000-8000-000000000004', planId: '33333333-0000-4000-8000-000000000003', mergeId: null, state: 'running', version: 1, fence: 1, refusal: null, madeAt: at('10:00:00'), endedAt: null,
  steps: [{ ordinal: 0, action: 0, guestId: 'g-3', kind: 'create', title: 'create VM 5500', state: 'done', detail: null }, { ordinal: 1, action: 1, guestId: 'g-1', kind: 'configure', title: 'cores of VM 5003', state: 'running', detail: null }], ...change,
});

export const logLines: readonly Line[] = [
  { seq: 1, time: at('10:00:01'), step: null, level: 'info', text: 'the job begins' }, { seq: 2, time: at('10:00:02'), step: 0, level: 'warning', text: 'slow <script>alert(1)</script>' },
];
