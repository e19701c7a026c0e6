// Carries P9, P13, P21: the guest as it is now, with its power: the quick look of a start, of the card, of the watch and of the last second.
import { no, ok, type Result } from '../kernel';
import { guestName, type GuestConfig, type GuestIdentity } from '../guest';
import type { PowerStatus, ProxmoxReader } from '../proxmox/ports';
import { faultAsRefusal, lookAt } from './recheck';

export interface Look { readonly config: GuestConfig; readonly node: string; readonly hasProcess: boolean; readonly power: PowerStatus }

/** Where it stands, that it is still that guest, its configuration and its power; or the refusal with the observed fact. */
export async function lookWithPower(reader: ProxmoxReader, target: GuestIdentity): Promise<Result<Look>> {
  const seen = await lookAt(reader, target);
  if (!seen.ok) return seen;
  const { node, config } = seen.value;
  const power = await powerAt(reader, target, node);
  return power.ok ? ok({ config, node, hasProcess: power.value.hasProcess, power: power.value }) : power;
}

/** The power of a guest whose place was just read. */
export async function powerAt(reader: ProxmoxReader, target: GuestIdentity, node: string): Promise<Result<PowerStatus>> {
  const power = await reader.power({ node, kind: target.kind, vmid: target.vmid });
  return power.ok ? power : no(faultAsRefusal(`The power state of ${guestName(target)}`, power.error));
}
