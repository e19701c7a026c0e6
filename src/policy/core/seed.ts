// Carries P32: whether a start takes the policy of its configuration. `sluice doctor` asks the same before the start.
import { canonicalJson, sentence } from '../../kernel';
import { changeWords, differences, readPolicy, weakens, type Policy } from './policy';

/** The first policy of a database and the one in force. */
export interface KnownPolicies { readonly first: { readonly body: Policy }; readonly newest: { readonly version: number; readonly body: Policy } }

/** Why a start refuses, with what to do; null when it does not. `known` null: this start makes the first policy. */
export function whyNotSeeded(fromConfig: Policy, mode: 'lab' | 'live', known: KnownPolicies | null): string | null {
  const read = readPolicy(fromConfig, mode);
  if (!read.ok) return `The policy of the configuration is refused. ${sentence(read.error)}`;
  if (known === null) return null;
  const { first, newest } = known;
  const said = canonicalJson(fromConfig);
  if (said === canonicalJson(newest.body) || said === canonicalJson(first.body)) return null;
  const weaker = weakens(newest.body, fromConfig);
  const differing = weaker.length > 0 ? weaker : differences(newest.body, fromConfig);
  return `The configuration ${weaker.length > 0 ? 'weakens' : 'differs from'} the policy in force (version ${newest.version}): ${changeWords(newest.body, fromConfig, differing)}. `
    + `A file seeds the first policy only. Put the values of version ${newest.version} into the file, start, and propose the change with POST /api/policy/proposals${weaker.length > 0 ? '; a second person has to approve it' : '; it takes effect at once'}.`;
}
