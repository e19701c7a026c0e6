// Snapshot sections of a configuration: they are part of its text, so taking one moves the digest (Proxmox VE 8.4).
import type { Entries, Guest } from './state';

export const takeSnapshot = (guest: Guest, name: string, description: string, now: number): void => {
  const { parent, lock: _lock, description: _description, ...all } = guest.main;
  const rest = Object.fromEntries(Object.entries(all).filter(([key]) => !/^unused\d+$/.test(key)));
  const main: Entries = { ...rest, snaptime: String(now), ...(description === '' ? {} : { description }), ...(parent === undefined ? {} : { parent }) };
  guest.snapshots = [...guest.snapshots, { name, main }];
  guest.main['parent'] = name;
};

/** Takes a snapshot out of the chain: who hung on it hangs on its parent. */
export function dropSnapshot(guest: Guest, name: string): void {
  const parent = guest.snapshots.find((snapshot) => snapshot.name === name)?.main['parent'];
  guest.snapshots = guest.snapshots.filter((snapshot) => snapshot.name !== name);
  for (const entries of [guest.main, ...guest.snapshots.map((snapshot) => snapshot.main)]) {
    if (entries['parent'] !== name) continue;
    if (parent === undefined) delete entries['parent'];
    else entries['parent'] = parent;
  }
}

export function rollBack(guest: Guest, name: string): void {
  const snapshot = guest.snapshots.find((each) => each.name === name);
  if (snapshot === undefined) return;
  const { snaptime: _snaptime, parent: _parent, description: _description, ...main } = snapshot.main;
  // The description and disks without a slot are not a part of what is rolled back.
  const kept = Object.fromEntries(Object.entries(guest.main).filter(([key]) => key === 'description' || /^unused\d+$/.test(key)));
  guest.main = { ...kept, ...main, parent: name };
  guest.pending = {};
  guest.pendingDelete = [];
}
