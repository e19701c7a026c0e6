// Carries P9-P11, P20, P22: the four writes that quarantine and its undo make, each with its recheck, its look and its read-back.
// Our tag is added to and taken from whatever tags stand there; nobody else's tag is touched.
import { refuse, type Refusal } from '../kernel';
import { guestName, type GuestConfig } from '../guest';
import { differs, evidenceOf, lookAt, lookWithPower, powerAt, readAs, readGuestBack, recheck, type EffectDefinition, type Rechecked } from '../effects';
import { tokenIdOf, updaterOf, type ClusterAccess } from '../endpoints';
import { quarantineTag, type RequestRecord } from './core/request';

export type GuestWrite = EffectDefinition<Rechecked>;
type Expect = (config: GuestConfig) => Refusal | null;

/** How long a guest may take to shut down before the answer is that it did not (Proxmox VE 8.4: default 60). */
const shutdownSeconds = 180;

const intentOf = (record: RequestRecord, step: string, kind: GuestWrite['intent']['kind'], request: Readonly<Record<string, unknown>>): GuestWrite['intent'] =>
  ({ step, kind, cluster: record.content.target.cluster, node: record.content.node, vmid: record.content.target.vmid, guestId: record.content.target.guestId, request });

/** Puts our tag on, or takes it off. */
export function tagWrite(record: RequestRecord, access: ClusterAccess, step: string, on: boolean, expect: Expect = () => null): GuestWrite {
  const { target } = record.content;
  const { reader } = access;
  const stands = (config: GuestConfig): boolean => config.tags.includes(quarantineTag) === on;
  const wanted = (config: GuestConfig): readonly string[] => (on ? [...new Set([...config.tags, quarantineTag])].sort() : config.tags.filter((tag) => tag !== quarantineTag));
  return {
    intent: intentOf(record, step, 'configure', { change: 'tags', [on ? 'add' : 'remove']: quarantineTag }), reader, task: null,
    recheck: () => recheck(reader, target, expect), evidence: evidenceOf,
    call: ({ fresh, config }) => updaterOf(access).configure(fresh, { kind: 'tags', tags: wanted(config) }),
    look: async () => {
      const now = await lookAt(reader, target);
      if (!now.ok) return { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
      return stands(now.value.config) ? { kind: 'applied' } : { kind: 'not-applied', observed: `tags: ${now.value.config.tags.join(';')}` };
    },
    readBack: async () => {
      const now = await readGuestBack(reader, target);
      if (!now.ok || !now.value.ok) return now;
      const { config } = now.value.value;
      return stands(config) ? readAs({ tags: config.tags, digest: config.digest }) : differs(`tags of ${guestName(target)}`, on ? `with ${quarantineTag}` : `without ${quarantineTag}`, config.tags);
    },
  };
}

/** Power down, hard power down, power up. */
export function powerWrite(record: RequestRecord, access: ClusterAccess, step: string, kind: 'shutdown' | 'stop' | 'start', expect: Expect = () => null): GuestWrite {
  const { target } = record.content;
  const { reader } = access;
  const running = kind === 'start';
  const verb = target.kind === 'qemu' ? `qm${kind}` : `vz${kind}`;
  return {
    intent: intentOf(record, step, kind, kind === 'shutdown' ? { timeoutSeconds: shutdownSeconds } : {}), reader,
    task: { type: verb, tokenId: tokenIdOf('update') },
    recheck: async () => {
      const checked = await recheck(reader, target, expect);
      if (!checked.ok) return checked;
      const power = await powerAt(reader, target, checked.value.fresh.node);
      if (!power.ok) return power;
      if (power.value.haManaged) return refuse('guest.ha-managed', `${guestName(target)} is managed by HA.`, 'an HA resource', 'Take it out of HA in Proxmox first.');
      return power.value.hasProcess === running ? refuse('guest.power-already', `${guestName(target)} is ${running ? 'running' : 'off'} already.`, power.value.status, 'Nothing.') : checked;
    },
    evidence: evidenceOf,
    call: ({ fresh }) => {
      const updater = updaterOf(access);
      if (kind === 'shutdown') return updater.shutdown(fresh, shutdownSeconds);
      return kind === 'stop' ? updater.stop(fresh) : updater.start(fresh);
    },
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
  };
}
