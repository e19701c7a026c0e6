// Carries P9, P13, P30: evidence for a write is made here only, and whatever cannot be seen is a refusal.
import { emitDescription, readGuestConfig, type GuestConfig, type GuestIdentity } from '../guest';
import { no, ok, type GuestId, type Observed, type Vmid } from '../kernel';
import type { ClusterStatus, GuestRow, ProxmoxReader } from '../proxmox/ports';
import { locate, lookAt, readGuestBack, recheck, recheckStranger } from './recheck';

const guestId = '10000000-0000-4000-8000-000000005001' as GuestId;
const uuid = '20000000-0000-4000-8000-000000005001';
const meant: GuestIdentity = { kind: 'qemu', cluster: 'leipzig', vmid: 5001 as Vmid, uuid, ctime: '1700000000', guestId };
const row = (more: Partial<GuestRow> = {}): GuestRow => ({ vmid: 5001 as Vmid, kind: 'qemu', node: 'pve2', name: 'web-01', status: 'stopped', isTemplate: false, pool: 'p', tags: [], lock: null, ...more });
const config = (raw: Readonly<Record<string, string | null>> = {}): GuestConfig => {
  const text = { name: 'web-01', cores: '2', memory: '2048', digest: 'a'.repeat(40), smbios1: `uuid=${uuid}`, meta: 'creation-qemu=9.0.2,ctime=1700000000', description: emitDescription({ human: 'x', guestId, metadata: null }), ...raw };
  const read = readGuestConfig('qemu', 5001, Object.fromEntries(Object.entries(text).filter(([, value]) => value !== null)));
  if (!read.ok) throw new Error(read.error.text);
  return read.value;
};
const online: ClusterStatus = { name: 'leipzig', quorate: true, nodes: [{ name: 'pve1', online: true }, { name: 'pve2', online: true }] };
const hidden = no({ kind: 'transient', where: 'GET x', text: '595 No route to host' } as const);
interface World { readonly status: Observed<ClusterStatus>; readonly guests: Observed<readonly GuestRow[]>; readonly config: Observed<GuestConfig>; readonly free: Observed<boolean> }
const reader = (world: Partial<World> = {}): ProxmoxReader & { readonly askedNode: () => string } => {
  let node = '';
  return { clusterStatus: async () => world.status ?? ok(online), guests: async () => world.guests ?? ok([row()]), isVmidFree: async () => world.free ?? ok(false), guestConfig: async (place: GuestRow) => { node = place.node; return world.config ?? ok(config()); }, askedNode: () => node } as unknown as ProxmoxReader & { readonly askedNode: () => string };
};

it('P9, P10 gives the identity, the digest and the node as they are now', async () => {
  const seen = reader();
  expect(await recheck(seen, meant)).toMatchObject({ ok: true, value: { fresh: { value: meant, digest: 'a'.repeat(40), node: 'pve2' } } });
  expect(seen.askedNode()).toBe('pve2');
});

it.each<[string, Partial<World>, string]>([
  ['the cluster status cannot be read', { status: hidden }, 'proxmox.not-observed'],
  ['there is no quorum', { status: ok({ ...online, quorate: false }) }, 'cluster.no-quorum'],
  ['the list of guests cannot be read', { guests: hidden }, 'proxmox.not-observed'],
  ['the guest is gone', { guests: ok([]), free: ok(true) }, 'guest.gone'],
  ['the guest is hidden, which is not gone', { guests: ok([]), free: ok(false) }, 'guest.hidden'],
  ['whether it is gone cannot be read', { guests: ok([]), free: hidden }, 'proxmox.not-observed'],
  ['a container stands under the VMID', { guests: ok([row({ kind: 'lxc' })]) }, 'guest.identity-changed'],
  ['two guests stand under the VMID', { guests: ok([row(), row({ node: 'pve1' })]) }, 'guest.identity-changed'],
  ['its node is offline', { status: ok({ ...online, nodes: [{ name: 'pve2', online: false }] }) }, 'node.offline'],
  ['its node is not known', { guests: ok([row({ node: 'pve9' })]) }, 'node.offline'],
  ['its configuration cannot be read', { config: hidden }, 'proxmox.not-observed'],
])('P30 refuses when %s', async (_words, world, code) => {
  const answer = await recheck(reader(world), meant);
  expect(answer).toMatchObject({ ok: false, error: { code } });
  if (!answer.ok) expect([answer.error.observed === '', answer.error.next === '']).toEqual([false, false]);
});

it.each<[string, Readonly<Record<string, string | null>>]>([
  ['another uuid', { smbios1: 'uuid=30000000-0000-4000-8000-000000000000' }], ['no uuid', { smbios1: null }], ['another birth', { meta: 'creation-qemu=9.0.2,ctime=1800000000' }],
])('P13 refuses a guest with %s', async (_words, raw) => {
  const answer = await recheck(reader({ config: ok(config(raw)) }), meant);
  expect(answer.ok).toBe(false);
  if (!answer.ok) expect(answer.error.code).toMatch(/^guest\./);
});

it('P9 refuses under any lock, but looking is not kept from seeing', async () => {
  const locked = reader({ config: ok(config({ lock: 'backup' })) });
  expect(await recheck(locked, meant)).toMatchObject({ ok: false, error: { observed: expect.stringContaining('backup') } });
  expect(await lookAt(locked, meant)).toMatchObject({ ok: true, value: { node: 'pve2' } });
});

describe('P13 evidence for taking a guest in', () => {
  const bare = { description: 'x' };
  it.each<[string, Readonly<Record<string, string | null>>]>([['without a marker', bare], ['without a description', { description: null }], ['with the very marker that it is to get', {}]])('is made of a guest %s', async (_words, raw) => {
    expect(await recheckStranger(reader({ config: ok(config(raw)) }), meant, () => null)).toMatchObject({ ok: true, value: { fresh: { value: meant, digest: 'a'.repeat(40), node: 'pve2' } } });
  });
  it.each<[string, Readonly<Record<string, string | null>>, string]>([
    ['another marker', { description: '<!-- sluice guest 10000000-0000-4000-8000-000000009999 -->' }, 'adopt.marker'], ['two markers', { description: `<!-- sluice guest ${guestId} -->\n<!-- sluice guest ${guestId} -->` }, 'adopt.marker'],
    ['another uuid', { ...bare, smbios1: 'uuid=30000000-0000-4000-8000-000000000000' }, 'guest.identity-changed'], ['no uuid', { ...bare, smbios1: null }, 'guest.identity-changed'], ['another birth', { ...bare, meta: null }, 'guest.identity-changed'], ['a lock', { ...bare, lock: 'backup' }, 'guest.locked'],
  ])('is not made of one with %s', async (_words, raw, code) => expect(await recheckStranger(reader({ config: ok(config(raw)) }), meant, () => null)).toMatchObject({ ok: false, error: { code } }));
  it('asks what else must hold', async () => {
    const refusal = { code: 'baseline.moved', summary: 's', observed: 'o', next: 'n' };
    expect(await recheckStranger(reader({ config: ok(config(bare)) }), meant, () => refusal)).toEqual({ ok: false, error: refusal });
  });
  it('P9 is never evidence for anything else', async () => expect(await recheck(reader({ config: ok(config(bare)) }), meant)).toMatchObject({ ok: false }));
});

it('P6 asks what else must hold over the configuration just read, and gives its refusal', async () => {
  const refusal = { code: 'baseline.moved', summary: 's', observed: 'o', next: 'n' };
  expect(await recheck(reader({ config: ok(config({ cores: '8' })) }), meant, (now) => (now.cores === 8 ? refusal : null))).toEqual({ ok: false, error: refusal });
  expect((await recheck(reader(), meant, (now) => (now.cores === 8 ? refusal : null))).ok).toBe(true);
});

it('P11 a read-back tells what could not be read from what is another guest', async () => {
  expect(await readGuestBack(reader({ config: hidden }), meant)).toMatchObject({ ok: false, error: { kind: 'not-observed' } });
  expect(await readGuestBack(reader({ status: hidden }), meant)).toMatchObject({ ok: false });
  expect(await readGuestBack(reader({ guests: ok([]), free: ok(true) }), meant)).toMatchObject({ ok: true, value: { ok: false, error: { code: 'guest.gone' } } });
  expect(await readGuestBack(reader(), meant)).toMatchObject({ ok: true, value: { ok: true, value: { node: 'pve2' } } });
});

it('finds a guest where it was moved to', async () => {
  expect(await locate(reader({ guests: ok([row({ node: 'pve1' })]) }), meant)).toMatchObject({ ok: true, value: { node: 'pve1' } });
});
