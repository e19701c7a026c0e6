// Carries P9-P11, P20, P22: the four writes that quarantine and its undo make, each with its recheck, its look and its read-back.
// Our tag is added to and taken from whatever tags stand there; nobody else's tag is touched.
import type { Refusal } from '../kernel';
import { guestName, quarantineTag, type GuestConfig } from '../guest';
import { differs, evidenceOf, lookAt, powerEffect, readAs, readGuestBack, recheck, type EffectDefinition, type PowerKind, type Rechecked } from '../effects';
import { tokenIdOf, updaterOf, type ClusterAccess } from '../endpoints';
import type { RequestRecord } from './core/request';

export type GuestWrite = EffectDefinition<Rechecked>;
type Expect = (config: GuestConfig) => Refusal | null;

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
export const powerWrite = (record: RequestRecord, access: ClusterAccess, step: string, kind: PowerKind, expect: Expect = () => null): GuestWrite => {
  const { target, node } = record.content;
  return powerEffect({
    kind, target, reader: access.reader, updater: () => updaterOf(access), tokenId: tokenIdOf('update'), intent: { step, cluster: target.cluster, node, vmid: target.vmid, guestId: target.guestId },
    recheck: () => recheck(access.reader, target, expect),
  });
};
