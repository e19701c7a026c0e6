// Carries P9, P11, P20: power up, down and hard down of one guest, with its look and its read-back. What else has to hold before it
// is the caller's. A guest that HA manages is refused: HA only queues, and moves the guest again by itself.
import { refuse, type Result } from '../kernel';
import { guestName, type GuestIdentity } from '../guest';
import type { ProxmoxReader, ProxmoxUpdater } from '../proxmox/ports';
import { differs, readAs, type EffectDefinition } from './effect-runner';
import type { Intent } from './effect.store';
import { lookWithPower, powerAt } from './look-with-power';
import { evidenceOf, readGuestBack, type Rechecked } from './recheck';

export type PowerKind = 'shutdown' | 'stop' | 'start';

/** How long a guest may take to shut down before the answer is that it did not (Proxmox VE 8.4: default 60). */
export const shutdownSeconds = 180;

export interface PowerWrite {
  readonly kind: PowerKind;
  readonly intent: Omit<Intent, 'kind' | 'request'>;
  readonly target: GuestIdentity;
  readonly reader: ProxmoxReader;
  readonly updater: () => Pick<ProxmoxUpdater, PowerKind>;
  readonly tokenId: string;
  recheck(): Promise<Result<Rechecked>>;
  readonly onLine?: (text: string) => void;
}

export function powerEffect({ kind, intent, target, reader, updater, tokenId, recheck, onLine }: PowerWrite): EffectDefinition<Rechecked> {
  const running = kind === 'start';
  return {
    intent: { ...intent, kind, request: kind === 'shutdown' ? { timeoutSeconds: shutdownSeconds } : {} }, reader,
    task: { type: target.kind === 'qemu' ? `qm${kind}` : `vz${kind}`, tokenId },
    recheck: async () => {
      const checked = await recheck();
      if (!checked.ok) return checked;
      const power = await powerAt(reader, target, checked.value.fresh.node);
      if (!power.ok) return power;
      if (power.value.haManaged) return refuse('guest.ha-managed', `${guestName(target)} is managed by HA.`, 'an HA resource', 'Take it out of HA in Proxmox first.');
      return power.value.hasProcess === running ? refuse('guest.power-already', `${guestName(target)} is ${running ? 'running' : 'off'} already.`, power.value.status, 'Nothing.') : checked;
    },
    evidence: evidenceOf,
    call: ({ fresh }) => (kind === 'shutdown' ? updater().shutdown(fresh, shutdownSeconds) : kind === 'stop' ? updater().stop(fresh) : updater().start(fresh)),
    look: async () => {
      const now = await lookWithPower(reader, target);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      return now.value.hasProcess === running ? { kind: 'applied' } : { kind: 'not-applied', observed: `it is ${now.value.power.status}` };
    },
    readBack: async () => {
      const now = await readGuestBack(reader, target);
      if (!now.ok || !now.value.ok) return now;
      const power = await reader.power({ node: now.value.value.node, kind: target.kind, vmid: target.vmid });
      if (!power.ok) return power;
      return power.value.hasProcess === running ? readAs({ status: power.value.status }) : differs(`power of ${guestName(target)}`, running ? 'running' : 'off', power.value.status);
    },
    ...(onLine === undefined ? {} : { onLine }),
  };
}
