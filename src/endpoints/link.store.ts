// Carries P13, P14: which NetBox VM is which guest, for ever, and which VMIDs were ever given or seen.
import { randomUUID } from 'node:crypto';
import { identityOfLink, isInRange, lowestNeverUsed, type GuestIdentity, type GuestKind, type GuestLink, type VmidRange } from '../guest';
import { Bug, type GuestId, type Vmid } from '../kernel';
import { append } from '../journal';
import type { Database, Tx } from '../platform/database';

export interface LiveGuest { readonly identity: GuestIdentity; readonly netbox: string; readonly netboxVmId: number | null }

const columns = 'guest_id as "guestId", netbox, netbox_vm_id as "netboxVmId", cluster, vmid, kind, uuid, ctime, macs, state';

export class LinkStore {
  constructor(private readonly db: Database) {}

  /** The newest link of each NetBox VM, whatever its state. */
  async ofNetBoxVms(netbox: string, vmIds: readonly number[], tx: Tx = this.db): Promise<ReadonlyMap<number, GuestLink>> {
    const rows = await tx.rows<GuestLink & { netboxVmId: number }>(
      `select distinct on (netbox_vm_id) ${columns} from guest_links where netbox = $1 and netbox_vm_id = any ($2) order by netbox_vm_id, (state <> 'gone') desc, changed_at desc`, [netbox, vmIds]);
    return new Map(rows.map((row) => [row.netboxVmId, row]));
  }

  ofGuest(guestId: string, tx: Tx = this.db): Promise<GuestLink | null> {
    return tx.maybe<GuestLink>(`select ${columns} from guest_links where guest_id = $1`, [guestId]);
  }

  /** The guest of this id as it is linked and identified now; null when it is not live on that cluster. */
  async live(cluster: string, guestId: string): Promise<LiveGuest | null> {
    const row = await this.ofGuest(guestId);
    if (row === null || row.state !== 'live' || row.cluster !== cluster) return null;
    return { identity: identityOfLink(row), netbox: row.netbox, netboxVmId: row.netboxVmId };
  }

  /** Guests of these for which a deletion request lives. */
  async beingDeleted(guestIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.rows<{ guestId: string }>(`select guest_id as "guestId" from guest_claims where holder_kind = 'request' and released_at is null and guest_id = any ($1::uuid[])`, [guestIds]);
    return new Set(rows.map((row) => row.guestId));
  }

  /**
   * Gives a NetBox VM its guest id, uuid and VMID, once: asking again gives the same (P1). Null when no VMID is left or the
   * wanted one is outside the range or was ever used (P14).
   */
  async allocate(ask: { readonly netbox: string; readonly netboxVmId: number; readonly cluster: string; readonly kind: GuestKind; readonly range: VmidRange; readonly wanted: number | null; readonly taken: ReadonlySet<number> }): Promise<GuestLink | null> {
    return this.db.transaction(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(hashtextextended($1, 14))', [ask.cluster]);
      const known = (await this.ofNetBoxVms(ask.netbox, [ask.netboxVmId], tx)).get(ask.netboxVmId);
      if (known !== undefined && known.state !== 'gone') return known;
      const used = await this.everUsed(ask.cluster, [], tx);
      const vmid = ask.wanted === null ? lowestNeverUsed(ask.range, used, ask.taken) : isInRange(ask.range, ask.wanted) && !used.has(ask.wanted) && !ask.taken.has(ask.wanted) ? (ask.wanted as Vmid) : null;
      if (vmid === null) return null;
      const row = await tx.one<GuestLink>(
        `insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, state) values ($1, $2, $3, $4, $5, $6, $7, 'allocated') returning ${columns}`,
        [randomUUID(), ask.netbox, ask.netboxVmId, ask.cluster, vmid, ask.kind, randomUUID()]);
      await tx.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ($1, $2, 'allocated', $3)`, [ask.cluster, vmid, row.guestId]);
      await append(tx, { kind: 'guest.allocated', subject: `guest:${row.guestId}`, actor: 'role:worker', body: { netbox: ask.netbox, netboxVmId: ask.netboxVmId, cluster: ask.cluster, vmid, uuid: row.uuid } });
      return row;
    });
  }

  /** The guest id for a guest that this NetBox VM would take in: asking again gives the same, until a guest bore it and is gone (P1). */
  async idToAdopt(netbox: string, netboxVmId: number): Promise<GuestId> {
    return this.db.transaction(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(hashtextextended($1, 13))', [`${netbox} ${netboxVmId}`]);
      const link = (await this.ofNetBoxVms(netbox, [netboxVmId], tx)).get(netboxVmId);
      if (link !== undefined && link.state !== 'gone') return link.guestId;
      const known = await tx.maybe<{ guestId: GuestId }>(
        `select guest_id as "guestId" from adoptions a where netbox = $1 and netbox_vm_id = $2 and not exists (select 1 from guest_links l where l.guest_id = a.guest_id) order by given_at desc limit 1`, [netbox, netboxVmId]);
      if (known !== null) return known.guestId;
      const guestId = randomUUID() as GuestId;
      await tx.change('insert into adoptions (guest_id, netbox, netbox_vm_id) values ($1, $2, $3)', [guestId, netbox, netboxVmId]);
      return guestId;
    });
  }

  /** Links that one of these VMIDs stands in, and those of these guest ids, whatever their state. */
  async knownBy(cluster: string, vmids: readonly number[], guestIds: readonly string[]): Promise<readonly GuestLink[]> {
    return this.db.rows<GuestLink>(`select ${columns} from guest_links where (cluster = $1 and vmid = any ($2)) or guest_id = any ($3::uuid[]) order by guest_id`, [cluster, vmids, guestIds]);
  }

  /** VMIDs that may not be given again; those of `except` guests are their own. */
  async everUsed(cluster: string, except: readonly string[], tx: Tx = this.db): Promise<ReadonlySet<number>> {
    const rows = await tx.rows<{ vmid: number }>('select distinct vmid from vmid_ledger where cluster = $1 and (guest_id is null or guest_id <> all ($2::uuid[]))', [cluster, except]);
    return new Set(rows.map((row) => row.vmid));
  }

  /** Remembers VMIDs of Sluice's range that somebody else's guest bears or bore. */
  async noteSeen(cluster: string, vmids: readonly number[]): Promise<void> {
    if (vmids.length === 0) return;
    await this.db.change(
      `insert into vmid_ledger (cluster, vmid, reason, guest_id)
       select $1, v, 'seen', (select guest_id from guest_links l where l.cluster = $1 and l.vmid = v and l.state <> 'gone') from unnest($2::integer[]) v
       where not exists (select 1 from vmid_ledger k where k.cluster = $1 and k.vmid = v and k.reason in ('seen', 'allocated'))
       on conflict do nothing`, [cluster, vmids]);
  }

  /** The guest stands and is who it was made to be. */
  async makeLive(tx: Tx, identity: GuestIdentity, actor: string): Promise<void> {
    const qemu = identity.kind === 'qemu' ? identity : null;
    const hit = await tx.change(
      `update guest_links set state = 'live', uuid = coalesce($2, uuid), ctime = $3, macs = $4, version = version + 1, changed_at = sluice_now() where guest_id = $1 and state in ('allocated', 'live')`,
      [identity.guestId, qemu?.uuid ?? null, qemu?.ctime ?? null, identity.kind === 'lxc' ? identity.macs : []]);
    if (hit === 1) await append(tx, { kind: 'guest.linked', subject: `guest:${identity.guestId}`, actor, body: { identity } });
  }

  /** A guest that bears our marker now becomes the guest of this NetBox VM. Its VMID is seen, and never one that Sluice gives (P14). */
  async takeIn(tx: Tx, identity: GuestIdentity, of: { readonly netbox: string; readonly netboxVmId: number }, actor: string): Promise<void> {
    const { guestId, cluster, vmid, kind } = identity;
    const hit = await tx.change(
      `insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, ctime, macs, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'live')
       on conflict (guest_id) do update set cluster = excluded.cluster, vmid = excluded.vmid, kind = excluded.kind, uuid = excluded.uuid, ctime = excluded.ctime, macs = excluded.macs, state = 'live', version = guest_links.version + 1, changed_at = sluice_now()
       where guest_links.state = 'allocated' and guest_links.netbox = excluded.netbox and guest_links.netbox_vm_id = excluded.netbox_vm_id`,
      [guestId, of.netbox, of.netboxVmId, cluster, vmid, kind, identity.kind === 'qemu' ? identity.uuid : null, identity.kind === 'qemu' ? identity.ctime : null, identity.kind === 'lxc' ? identity.macs : []]);
    if (hit !== 1) return;
    await tx.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ($1, $2, 'seen', $3) on conflict do nothing`, [cluster, vmid, guestId]);
    await append(tx, { kind: 'guest.adopted', subject: `guest:${guestId}`, actor, body: { ...of, identity } });
  }

  /** The guest is proven absent: its VMID is spent for ever, its link ends. */
  async bury(tx: Tx, target: GuestIdentity): Promise<void> {
    await tx.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ($1, $2, 'destroyed', $3) on conflict do nothing`, [target.cluster, target.vmid, target.guestId]);
    await tx.change(`update guest_links set state = 'gone', version = version + 1, changed_at = sluice_now() where guest_id = $1 and state <> 'gone'`, [target.guestId]);
  }

  /** A record that was put back in NetBox has a new id (P24): the link moves to it. */
  async moveTo(netboxVmId: number, guestId: string): Promise<void> {
    const changed = await this.db.change(`update guest_links set netbox_vm_id = $2, version = version + 1, changed_at = sluice_now() where guest_id = $1 and state = 'live'`, [guestId, netboxVmId]);
    if (changed !== 1) throw new Bug(`guest ${guestId} has no live link to move`);
  }
}
