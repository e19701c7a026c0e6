import { hashPassword, passwordFits } from './password';

const quick = { n: 1024, r: 8, p: 1 };

describe('a password', () => {
  it('fits its own hash and no other, and two hashes of it differ', async () => {
    const [one, two] = await Promise.all([hashPassword('pass phrase', quick), hashPassword('pass phrase', quick)]);
    expect(one).not.toBe(two);
    expect(await passwordFits('pass phrase', one)).toBe(true);
    expect(await passwordFits('pass phrasE', one)).toBe(false);
    expect(one).not.toContain('pass');
  });

  it('is the same in both ways to write an accent', async () => {
    expect(await passwordFits('caf\u0065\u0301', await hashPassword('caf\u00e9', quick))).toBe(true);
  });

  it('is checked with the cost that stands in its hash', async () => {
    const hash = await hashPassword('p', { n: 2048, r: 8, p: 2 });
    expect(hash).toMatch(/^scrypt\$2048\$8\$2\$/);
    expect(await passwordFits('p', hash)).toBe(true);
    expect(await passwordFits('p', hash.replace('2048', '1024'))).toBe(false);
  });

  it('P30 does not fit a hash that cannot be read', async () => {
    for (const hash of ['', 'plain', 'scrypt$1024$8$1', '$2b$10$abc', 'p']) expect(await passwordFits('p', hash)).toBe(false);
  });
});
