// The cloud-init drive of a VM: what it holds, what it would hold, and making it anew (Proxmox VE 8.4).
import { cloudInitFile, cloudInitPending, cloudInitSlot, type CloudInitFile, type HostDns } from '../cloud-init';
import { needs, nothing, route, vmidOf, type Answer, type Call, type Route } from '../call';
import { die } from '../pve-error';
import type { Guest } from '../state';

const host: HostDns = { servers: ['10.99.0.253'], search: '' };
const guestOf = (call: Call): Guest => call.cluster.guestAt(call.node, 'qemu', vmidOf(call));

async function renew(call: Call): Promise<Answer> {
  await call.cluster.withFlock('qemu', vmidOf(call), () => {
    const guest = guestOf(call);
    if (guest.main['lock'] !== undefined) die(`VM is locked (${guest.main['lock']})`);
    if (cloudInitSlot(guest.main) === undefined || guest.cloudInit === undefined) return;
    delete guest.cloudInit;
    call.cluster.changed(guest);
  });
  return nothing;
}

const audits = needs('/vms/{vmid}', 'VM.Audit');
const path = '/nodes/{node}/qemu/{vmid}/cloudinit';

export const cloudInitRoutes: readonly Route[] = [
  route('GET', path, audits, (call) => ({ data: cloudInitPending(guestOf(call)) })),
  route('PUT', path, needs('/vms/{vmid}', 'VM.Config.Cloudinit'), renew),
  route('GET', `${path}/dump`, audits, (call) => ({ data: cloudInitFile(guestOf(call).main, vmidOf(call), host, (call.params['type'] ?? 'user') as CloudInitFile) })),
];
