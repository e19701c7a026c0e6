import type { Draft, PlanInput } from '../core/draft-parts';
import type { Finding } from '../core/plan';
import { addressFree } from './address-free';
import { authorPermission } from './author-permission';
import { authorsKnown } from './authors-known';
import { blast } from './blast';
import { branchOptIn } from './branch-opt-in';
import { branchReady } from './branch-ready';
import { bridgeExists } from './bridge-exists';
import { guestLocked } from './guest-locked';
import { guestProtected } from './guest-protected';
import { haManaged } from './ha-managed';
import { imageExists } from './image-exists';
import { intentAllowed } from './intent-allowed';
import { macFree } from './mac-free';
import { migratePossible } from './migrate-possible';
import { nameValid } from './name-valid';
import { nodeOnline } from './node-online';
import { notAGuest } from './not-a-guest';
import { observationComplete } from './observation-complete';
import { offlineOnlyKey } from './offline-only-key';
import { poolRights } from './pool-rights';
import { rightDisk } from './right-disk';
import { rightMigrate } from './right-migrate';
import type { Rule } from './rule';
import { sizeWithinLimits } from './size-within-limits';
import { storageHasRoom } from './storage-has-room';
import { vmidFree } from './vmid-free';
import { writesAllowed } from './writes-allowed';

/** Every rule, in the order in which people read their findings. */
export const rules: readonly Rule[] = [
  observationComplete, intentAllowed, writesAllowed, branchOptIn, authorsKnown, authorPermission, guestProtected, blast, nodeOnline, vmidFree, nameValid, sizeWithinLimits, storageHasRoom, imageExists, bridgeExists, macFree, addressFree, offlineOnlyKey, migratePossible, haManaged, guestLocked, poolRights, rightDisk, rightMigrate, branchReady, notAGuest,
];

export const judgeAll = (draft: Draft, input: PlanInput): readonly Finding[] => rules.flatMap((rule) => rule.judge(draft, input)).map((finding) => (finding.severity === 'refusal' && input.policy.soft.has(finding.rule) ? { ...finding, severity: 'warning' } : finding));
