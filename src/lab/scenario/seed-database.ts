// What the lab's database holds before Sluice's first look: two people, and which NetBox VM is which of the seeded guests.
import { ClusterStore } from '../../endpoints';
import { seedPeople } from '../../identity';
import type { Config } from '../../platform/config';
import type { Database } from '../../platform/database';
import { settingsOf } from '../../roles/connections';
import { labGuests } from './guests';
import type { NetBoxPeople } from './netbox-people';

export async function seedDatabase(owner: Database, config: Config, people: NetBoxPeople): Promise<void> {
  await seedPeople(owner, await people.seeds());
  const clusters = new ClusterStore(owner);
  for (const cluster of config.clusters) await clusters.configure(settingsOf(cluster));
  for (const guest of labGuests) {
    const known = await owner.maybe('select 1 as there from guest_links where guest_id = $1', [guest.guestId]);
    if (known !== null) continue;
    await owner.change(
      `insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, ctime, macs, state) values ($1, 'netbox', $2, $3, $4, 'qemu', $5, $6, '{}', 'live')`,
      [guest.guestId, await people.vmId(guest.name), guest.cluster, guest.vmid, guest.uuid, guest.ctime]);
    await owner.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ($1, $2, 'seen', $3) on conflict do nothing`, [guest.cluster, guest.vmid, guest.guestId]);
  }
}
