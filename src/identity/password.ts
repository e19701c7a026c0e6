// Passwords of local accounts. The parameters stand in the hash, so that they can be raised without breaking a sign-in.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface ScryptCost { readonly n: number; readonly r: number; readonly p: number }
const cost: ScryptCost = { n: 2 ** 15, r: 8, p: 3 };

/** `scrypt$n$r$p$salt$hash`. */
export async function hashPassword(password: string, { n, r, p }: ScryptCost = cost): Promise<string> {
  const salt = randomBytes(16);
  return ['scrypt', n, r, p, salt.toString('base64url'), (await derive(password, salt, { n, r, p })).toString('base64url')].join('$');
}

/** Whether the password made this hash. A hash that cannot be read fits no password. */
export async function passwordFits(password: string, hash: string): Promise<boolean> {
  const [scheme, n, r, p, salt, wanted] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || wanted === undefined) return false;
  const given = await derive(password, Buffer.from(salt, 'base64url'), { n: Number(n), r: Number(r), p: Number(p) });
  const expected = Buffer.from(wanted, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Takes as long as a wrong password, for a name that has none: the time must not tell which names exist. */
export async function spendTheSameTime(password: string): Promise<void> {
  await derive(password, Buffer.alloc(16), cost);
}

const derive = (password: string, salt: Buffer, { n, r, p }: ScryptCost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, { N: n, r, p, maxmem: 256 * n * r }, (trouble, key) => (trouble === null ? resolve(key) : reject(trouble)));
  });
