// Carries P13: the description has three owners (people's text, Sluice's marker, the metadata block). One file takes it
// apart and puts it together, so that no writer overwrites another's part.
import type { GuestId } from '../kernel';

export interface Description {
  /** What people wrote; equals NetBox's `description`. */
  readonly human: string;
  /** Sluice's id of the guest. Two markers in one text are no identity: `ambiguous`. */
  readonly marker: { readonly kind: 'none' } | { readonly kind: 'one'; readonly guestId: GuestId } | { readonly kind: 'ambiguous' };
  /** The metadata block, verbatim and whole, or null. */
  readonly metadata: string | null;
}

const markerShape = /^[ \t]*<!-- sluice guest ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}) -->[ \t]*$/gm;
const metadataShape = /^<!-- sluice metadata -->$[\s\S]*?^<!-- \/sluice metadata -->$/m;

export const markerLine = (guestId: GuestId): string => `<!-- sluice guest ${guestId} -->`;

/** Takes a Proxmox description apart; never fails, what it does not know is people's text. LXC appends a newline (Proxmox VE 8.4). */
export function parseDescription(text: string): Description {
  const metadata = metadataShape.exec(text)?.[0] ?? null;
  const rest = metadata === null ? text : text.replace(metadata, '');
  const found = [...rest.matchAll(markerShape)].map((match) => match[1] as GuestId);
  const [first] = found;
  return {
    human: rest.replace(markerShape, '').trim(),
    marker: first === undefined ? { kind: 'none' } : found.length > 1 ? { kind: 'ambiguous' } : { kind: 'one', guestId: first },
    metadata,
  };
}

/** The text for Proxmox: people's part first, then the marker, then the metadata block. */
export function emitDescription(parts: { readonly human: string; readonly guestId: GuestId | null; readonly metadata: string | null }): string {
  return [parts.human.trim(), parts.guestId === null ? '' : markerLine(parts.guestId), parts.metadata ?? ''].filter((part) => part !== '').join('\n\n');
}

/** Whether a text may stand in people's part: whatever reads as a marker or a metadata block would take the guest its identity (P13). */
export const isHumanText = (text: string): boolean => {
  const { human, marker, metadata } = parseDescription(text);
  return marker.kind === 'none' && metadata === null && human === text.trim();
};
