// Carries P40: what must never be written down is removed by key and by shape before it reaches a row, a line or a page.
const secretKey = /(passw|secret|token|private[-_]?key|chpasswd|hashed_passwd|authorization|api[-_]?key|cipassword)/i;
const secretText: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /PVEAPIToken[= ][^\s'"]+/g,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/g,
  /\bToken\s+[A-Za-z0-9]{20,}/g,
  /\$(?:1|2[aby]|5|6|y|argon2(?:id|i|d))\$[^\s'",]+/g,
  /((?:passwd|password|passphrase|secret)["']?\s*[:=]\s*)["']?[^\s"',}]+/gi,
];

/** Text without secrets that have a recognisable shape (PEM private keys, crypt(3) hashes, token headers, `password: x`). */
export const scrubText = (text: string): string =>
  secretText.reduce((rest, shape) => rest.replace(shape, (_all, lead: unknown) => (typeof lead === 'string' ? `${lead}[removed]` : '[removed]')), text);

/** A copy of a JSON value without secrets: members with a telling key, and text with a telling shape. */
export function scrub<T>(value: T): T {
  if (typeof value === 'string') return scrubText(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => scrub(item)) as T;
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value as Record<string, unknown>).map(([key, member]) => [key, secretKey.test(key) && member !== null && member !== '' ? '[removed]' : scrub(member)]),
    ) as T;
  }
  return value;
}
