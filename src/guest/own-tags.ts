// Tags by which Sluice knows its own state in Proxmox.

/** Marks a guest in quarantine. Put on and taken off by the deletion of that guest alone (P22). */
export const quarantineTag = 'sluice-quarantine';

/** Anybody in Proxmox can put it on: nothing touches such a guest (F7). */
export const protectingTag = 'sluice-protected';
