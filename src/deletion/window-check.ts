// Carries P9, P13, P20, P22: the last look before power is lent or used: still that guest, still where and what it was when the
// window began, still off, unlocked and unprotected. Everything in one step with the write that depends on it.
import { Bug, no, refuse, type Result } from '../kernel';
import { guestName } from '../guest';
import { powerAt, recheck, type Rechecked } from '../effects';
import type { ProxmoxReader } from '../proxmox/ports';
import { compareBaseline, type WindowBaseline } from './core/baseline';
import { changed, inWindow } from './core/refusals';
import type { RequestRecord } from './core/request';

export function baselineOf(record: RequestRecord): WindowBaseline {
  if (!('baseline' in record.state)) throw new Bug(`request ${record.id} has no baseline while it is ${record.state.state}`);
  return record.state.baseline;
}

export async function recheckWindow(record: RequestRecord, reader: ProxmoxReader): Promise<Result<Rechecked>> {
  const { target } = record.content;
  const who = guestName(target);
  const checked = await recheck(reader, target);
  if (!checked.ok) return checked;
  const { config, fresh } = checked.value;
  const power = await powerAt(reader, target, fresh.node);
  if (!power.ok) return power;
  if (config.protection) return refuse('guest.protected', `${who} is protected.`, 'protection is on', 'Clear protection by hand in Proxmox: Sluice never does.');
  if (power.value.haManaged) return refuse('guest.ha-managed', `${who} is managed by HA.`, 'an HA resource', 'Take it out of HA in Proxmox.');
  const verdict = compareBaseline(baselineOf(record), { config, node: fresh.node, hasProcess: power.value.hasProcess });
  return verdict.kind === 'same' ? checked : no(changed(who, inWindow, verdict.observed));
}
