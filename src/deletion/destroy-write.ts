// Carries P9, P11, P15, P26, P27: the one DELETE as an effect: the window is checked once more in the same step, the answer is
// settled by looking, and only an absence from the whole list, with quorum and a free VMID, is called done.
import { notObserved, type Fresh } from '../kernel';
import { describe, guestName, type GuestIdentity } from '../guest';
import { differs, evidenceOf, isUnseen, locate, lookAt, readAs, type EffectDefinition, type Rechecked } from '../effects';
import { tokenIdOf, type ClusterAccess } from '../endpoints';
import type { WriteOutcome } from '../proxmox';
import type { RequestRecord } from './core/request';
import { baselineOf, recheckWindow } from './window-check';

/** What the executor hands in: it alone may hold the destroyer port (P16). */
interface Destroys { destroy(guest: Fresh<GuestIdentity>): Promise<WriteOutcome> }

/**
 * `loanIsBack`: while the loan stands, a DELETE that is still on its way may yet be carried out, so a guest that is there proves
 * nothing. Only after both halves were taken back is "it is there" an answer (P15, P26).
 */
export function destroyWrite(record: RequestRecord, { reader }: ClusterAccess, destroyer: Destroys, loanIsBack: boolean): EffectDefinition<Rechecked> {
  const { target } = record.content;
  const { node } = baselineOf(record);
  return {
    intent: { step: 'destroy', kind: 'destroy', cluster: target.cluster, node, vmid: target.vmid, guestId: target.guestId, request: { method: 'DELETE', path: `/nodes/${node}/${target.kind}/${target.vmid}`, identity: describe(target) } },
    reader, task: { type: target.kind === 'qemu' ? 'qmdestroy' : 'vzdestroy', tokenId: tokenIdOf('destroy') },
    recheck: () => recheckWindow(record, reader),
    evidence: evidenceOf,
    call: ({ fresh }) => destroyer.destroy(fresh),
    look: async () => {
      const now = await lookAt(reader, target);
      const there = `${guestName(target)} is there, ${describe(now.ok ? now.value.identity : target)}`;
      if (now.ok) return loanIsBack ? { kind: 'not-applied', observed: there } : { kind: 'cannot-tell', observed: `${there}, and the loan stands` };
      return now.error.code === 'guest.gone' ? { kind: 'applied' } : { kind: 'cannot-tell', observed: `${now.error.summary} ${now.error.observed}` };
    },
    readBack: async () => {
      const place = await locate(reader, target);
      if (place.ok) return differs(`VMID ${target.vmid}`, 'absent', `${place.value.kind} ${place.value.name ?? ''} on ${place.value.node}`);
      if (place.error.code === 'guest.gone') return readAs({ absent: place.error.observed });
      return isUnseen(place.error.code) ? notObserved(guestName(target), `${place.error.summary} ${place.error.observed}`) : differs(`VMID ${target.vmid}`, 'absent', place.error.observed);
    },
  };
}
