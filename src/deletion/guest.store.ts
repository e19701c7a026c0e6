// Carries P14, P24: what deletion changes about a guest in our own books: who it is for ever, that its VMID is spent, and
// which NetBox record it has after a record was put back.
import { Bug, type GuestId, type Vmid } from '../kernel';
import type { GuestIdentity } from '../guest';
import type { Tx } from '../platform/database';

export interface LinkedGuest { readonly identity: GuestIdentity; readonly netbox: string; readonly netboxVmId: number | null }

interface Row { readonly cluster: string; readonly vmid: Vmid; readonly kind: 'qemu' | 'lxc'; readonly uuid: string | null; readonly ctime: string | null; readonly macs: readonly string[]; readonly netbox: string; readonly netboxVmId: number | null }

/** The live guest of this id on that cluster. */
export async function linkedGuest(tx: Tx, cluster: string, guestId: string): Promise<LinkedGuest | null> {
  const row = await tx.maybe<Row>(`select cluster, vmid, kind, uuid, ctime, macs, netbox, netbox_vm_id as "netboxVmId" from guest_links where cluster = $1 and guest_id = $2 and state = 'live'`, [cluster, guestId]);
  if (row === null) return null;
  const common = { cluster: row.cluster, vmid: row.vmid, guestId: guestId as GuestId };
  const identity: GuestIdentity = row.kind === 'qemu' ? { kind: 'qemu', ...common, uuid: row.uuid ?? '', ctime: row.ctime } : { kind: 'lxc', ...common, macs: [...row.macs].sort() };
  return { identity, netbox: row.netbox, netboxVmId: row.netboxVmId };
}

/** The guest is proven absent: its VMID is spent for ever, its link ends. */
export async function buryGuest(tx: Tx, target: GuestIdentity): Promise<void> {
  await tx.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ($1, $2, 'destroyed', $3) on conflict do nothing`, [target.cluster, target.vmid, target.guestId]);
  await tx.change(`update guest_links set state = 'gone', version = version + 1, changed_at = sluice_now() where guest_id = $1 and state <> 'gone'`, [target.guestId]);
}

/** A record that was put back has a new id: the link moves to it. */
export async function moveLink(tx: Tx, guestId: string, netboxVmId: number): Promise<void> {
  const changed = await tx.change(`update guest_links set netbox_vm_id = $2, version = version + 1, changed_at = sluice_now() where guest_id = $1 and state = 'live'`, [guestId, netboxVmId]);
  if (changed !== 1) throw new Bug(`guest ${guestId} has no live link to move`);
}
