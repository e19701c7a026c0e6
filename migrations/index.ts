import { Ground1764000000001 } from './0001-ground';
import { People1764000000002 } from './0002-people';
import { Policy1764000000003 } from './0003-policy';
import { Endpoints1764000000004 } from './0004-endpoints';
import { Intent1764000000005 } from './0005-intent';
import { MergeAndApply1764000000006 } from './0006-merge-and-apply';
import { Effects1764000000007 } from './0007-effects';
import { Deletion1764000000008 } from './0008-deletion';
import { ClosedWays1764000000009 } from './0009-closed-ways';
import { MoreWrites1764000000010 } from './0010-more-writes';
import { Adoptions1764000000011 } from './0011-adoptions';
import { InversePlans1764000000012 } from './0012-inverse-plans';
import { PolicyOfConsent1764000000013 } from './0013-policy-of-consent';

/** Forward only, in order. A released migration is never edited. */
export const migrations = [
  Ground1764000000001, People1764000000002, Policy1764000000003, Endpoints1764000000004,
  Intent1764000000005, MergeAndApply1764000000006, Effects1764000000007, Deletion1764000000008,
  ClosedWays1764000000009, MoreWrites1764000000010, Adoptions1764000000011, InversePlans1764000000012, PolicyOfConsent1764000000013,
] as const;
