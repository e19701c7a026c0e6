// Refusals that more than one part of the deletion module says: one sentence, wherever the same thing was seen.
import type { Refusal } from '../../kernel';

/** P13: a connection that leads to another cluster than the confirmed one says nothing about our guests. */
export const notReachable = (cluster: string): Refusal =>
  ({ code: 'proxmox.not-observed', summary: `Cluster ${cluster} is not configured in this process.`, observed: 'no connection', next: 'Configure the cluster.' });

/** P31. */
export const frozen: Refusal = { code: 'freeze.on', summary: 'Everything is frozen.', observed: 'the freeze switch is on', next: 'A second person unfreezes.' };

/** P19. */
export const approvalVoid = (standing: number, threshold: number): Refusal =>
  ({ code: 'deletion.approval-void', summary: 'The approvals do not stand any more.', observed: `${standing} of ${threshold} stand`, next: 'Ask again.' });

/** P22. `when`: in which part of its way to destruction. */
export const changed = (who: string, when: string, observed: string): Refusal =>
  ({ code: 'guest.changed', summary: `${who} changed ${when}.`, observed, next: 'Look who did it; ask again if it shall still go.' });
export const inWindow = 'during its recovery window';

/** A lock that passes by itself. */
export const lockHolds = (who: string, observed: string): Refusal =>
  ({ code: 'guest.locked', summary: `${who} is locked.`, observed, next: 'It goes on when the lock is gone.' });
