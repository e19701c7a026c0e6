// Differences between the real NetBox and the simulated one that are known, each with its reason. The list may only shrink.
import type { Difference } from './comparison';

interface Explained { readonly why: string; readonly file: RegExp; readonly at: RegExp }

const EXPLAINED: readonly Explained[] = [
  { why: 'the machine and the packages of the recording are not those of the lab', file: /\/\d+-status(-svc)?\.json$/, at: /hostname|installed_apps|plugins/ },
  { why: 'descriptions of object types are sentences of NetBox\'s code, which are not copied', file: /02-read\/063-/, at: /\.description$/ },
  { why: 'help texts of fields are sentences of NetBox\'s code, which are not copied', file: /02-read\/067-/, at: /\.help_text$/ },
  { why: 'provisioning copies no PostgreSQL tables here, so its log names none', file: /\/(014-delivery-provision|009-delivery-branch-b-writes|008-delivery-denied)-job_ended/, at: /data\.log/ },
  { why: 'the recording caught the branch between two states', file: /06-merge\/004-/, at: /object\.status/ },
];

export const reasonOf = (difference: Difference): string | undefined => EXPLAINED.find(({ file, at }) => file.test(difference.file) && at.test(difference.at))?.why;

/** Explanations of what agrees by now. */
export const idleAmong = (differences: readonly Difference[]): readonly string[] => EXPLAINED.filter(({ file, at }) => !differences.some((difference) => file.test(difference.file) && at.test(difference.at))).map(({ why }) => why);
