// Carries P40: what a recording must never hold is taken out before a byte is written, and each removal is told: which member of
// which answer, why, how often. Names stay, for without them nothing fits together: of guests, nodes, people, addresses.
import { scrub, scrubText } from '../../kernel';
import { members } from './look';

export interface Removal { readonly member: string; readonly why: string }
export const removedText = '[removed]';

const reasons: readonly { readonly why: string; readonly key: RegExp }[] = [
  { why: 'secret', key: /^(?:ticket|csrfpreventiontoken|csrf[-_]?token|encryption-key|keyring|master-pubkey|otp|pin|session(?:id)?|set-cookie|cookie)$/i },
  { why: 'key of a person', key: /^(?:sshkeys|ssh[-_]public[-_]keys?)$/i },
  { why: 'free text', key: /^(?:description|comments?|notes|notes-template|args)$/i },
  { why: 'about a person', key: /^(?:e-?mail|mailto|first_?name|last_?name)$/i },
  { why: 'configuration context', key: /^(?:local_context_data|config_context)$/i },
];
/** Public halves, and lists of rows that are judged member by member. */
const known = /^(?:tokenid|full-tokenid|tokens|token_count)$/i;

const shapes: readonly { readonly why: string; readonly shape: RegExp }[] = [
  { why: 'secret', shape: /\bPVE(?:AuthCookie)?[:=][^\s"',;]*::[^\s"',;]+/g },
  { why: 'secret', shape: /\bnbt_[A-Za-z0-9]+\.[A-Za-z0-9]+/g },
  { why: 'secret', shape: /(?<=\w:\/\/)[^/\s@:]+:[^/\s@]+(?=@)/g },
  { why: 'key of a person', shape: /\b(?:ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+)\s+AAAA[A-Za-z0-9+/=]+(?:\s+[^\s"']+)?/g },
  { why: 'about a person', shape: /[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}/gi },
];

/** A copy without what must not be written. `secrets` are texts that are known to be secret: the token that asks. */
export function removeFrom(value: unknown, secrets: readonly string[], told: (removal: Removal) => void): unknown {
  const inText = (text: string, member: string): string => {
    let rest = text;
    const without = (why: string, next: string): void => {
      if (next !== rest) told({ member, why });
      rest = next;
    };
    for (const secret of secrets) without('the token that asked', rest.split(secret).join(removedText));
    for (const { why, shape } of shapes) without(why, rest.replace(shape, removedText));
    without('secret', scrubText(rest));
    return rest;
  };
  const whyNot = (key: string, member: unknown): string | null => {
    if (isEmpty(member) || known.test(key)) return null;
    return reasons.find((reason) => reason.key.test(key))?.why ?? (scrub({ [key]: '-' })[key] === removedText ? 'secret' : null);
  };
  const walk = (part: unknown, at: string): unknown => {
    if (typeof part === 'string') return inText(part, at);
    if (Array.isArray(part)) return part.map((item: unknown) => walk(item, `${at}[]`));
    if (typeof part !== 'object' || part === null) return part;
    // Rows of pending changes name their member in a column (Proxmox VE 8.4).
    const column = members(part)['key'];
    return Object.fromEntries(Object.entries(part).map(([key, member]: [string, unknown]) => {
      const name = typeof column === 'string' && /^(?:value|pending)$/.test(key) ? column : key;
      const why = whyNot(name, member);
      const place = at === '' ? name : `${at}.${name}`;
      if (why === null) return [key, walk(member, place)];
      told({ member: place, why });
      return [key, removedText];
    }));
  };
  return walk(value, '');
}

const isEmpty = (value: unknown): boolean => value === null || value === '' || value === removedText || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);

/** Only the token: for texts of the product itself. */
export const removeToken = (text: string, secrets: readonly string[], told: (removal: Removal) => void): string =>
  secrets.reduce((rest, secret) => {
    if (rest.includes(secret)) told({ member: '', why: 'the token that asked' });
    return rest.split(secret).join(removedText);
  }, text);
