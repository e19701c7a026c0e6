// Recorded exchanges that are not played, by kind and with the reason. The list may only shrink.
import type { Recorded } from './recording';

const KINDS: readonly { readonly why: string; readonly match: (step: Recorded) => boolean }[] = [
  { why: 'a job caught between two states; the states are told by the end', match: (step) => /-job-(pending|running)\.json$/.test(step.file) },
  { why: 'OPTIONS metadata', match: (step) => step.kind === 'exchange' && step.method === 'OPTIONS' },
  { why: 'browser sessions by cookie', match: (step) => step.kind === 'exchange' && step.headers['Cookie'] !== undefined },
  { why: 'wrong tokens, whose text is redacted (src/lab/netbox/auth has its own tests)', match: (step) => step.kind === 'exchange' && step.person === 'other token' },
  { why: 'tokens changed behind the API between requests (disabled, expired, bound to an address)', match: (step) => /\/(018|019|020|024|025|026)-(disabled|expired|token-wrong)/.test(step.file) },
  { why: 'a pre_merge receiver of the recording\'s probe plugin', match: (step) => /^09-refused\/(015|017|018|020|027|028|029|032)-/.test(step.file) },
];

/** Why a step is not played; undefined when it is. */
export const skipped = (step: Recorded): string | undefined => KINDS.find(({ match }) => match(step))?.why;
