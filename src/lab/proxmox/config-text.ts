// The configuration text of a guest as the cluster file system holds it: the digest (SHA-1 of the whole text) then comes out
// by itself and moves on any write, as on the real one (Proxmox VE 8.4). Carries P9.
import { createHash } from 'node:crypto';
import type { Entries, Guest } from './state';

/** A comment line escapes what is not plain, and also `%` and `:` (Proxmox VE 8.4). */
const escaped = (line: string): string => line.replace(/[^\x20-\x24\x26-\x39\x3b-\x7e]/gu, (character) => encodeURIComponent(character));

const body = (entries: Entries): string =>
  (entries['description'] === undefined ? '' : entries['description'].replace(/\n$/, '').split('\n').map((line) => `#${escaped(line)}\n`).join('')) +
  Object.keys(entries).filter((key) => key !== 'description').sort().map((key) => `${key}: ${entries[key]}\n`).join('');

function compose(guest: Guest): string {
  const pending: Entries = { ...guest.pending, ...(guest.pendingDelete.length === 0 ? {} : { delete: guest.pendingDelete.join(',') }) };
  const waiting = Object.keys(pending).length === 0 ? '' : `\n[${guest.kind === 'qemu' ? 'PENDING' : 'pve:pending'}]\n${body(pending)}`;
  const held = guest.cloudInit === undefined || Object.keys(guest.cloudInit).length === 0 ? '' : `\n[special:cloudinit]\n${body(guest.cloudInit)}`;
  return body(guest.main) + waiting + held + [...guest.snapshots].sort((a, b) => (a.name < b.name ? -1 : 1)).map((snapshot) => `\n[${snapshot.name}]\n${body(snapshot.main)}`).join('');
}

const cache = new WeakMap<Guest, { readonly text: string; readonly digest: string }>();

/** Says that the entries of a guest were changed: text and digest are made anew at the next look. */
export const touched = (guest: Guest): void => {
  cache.delete(guest);
};

export function textAndDigest(guest: Guest): { readonly text: string; readonly digest: string } {
  const known = cache.get(guest);
  if (known !== undefined) return known;
  const text = compose(guest);
  const made = { text, digest: createHash('sha1').update(text).digest('hex') };
  cache.set(guest, made);
  return made;
}

export const digestOf = (guest: Guest): string => textAndDigest(guest).digest;
