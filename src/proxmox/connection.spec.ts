import { namedUrls, urlsFor } from './connection';
import { Turnstile } from './turnstile';

describe('which URL is asked first', () => {
  const urls = namedUrls({ urls: [{ node: 'pve1', url: 'https://a:8006/' }, 'https://b:8006', { node: 'pve3', url: 'https://c:8006' }] });
  const order = (node: string | null, ownNodeOnly = false, failed: readonly string[] = []): readonly string[] => urlsFor(urls, { node, ownNodeOnly }, (url) => failed.includes(url)).map((entry) => entry.url.slice(8, 9));

  it.each([
    ['none wanted', order(null), 'abc'], ['the node\'s own first', order('pve3'), 'cab'], ['a node that has no URL', order('pve2'), 'abc'], ['the failed one last', order(null, false, ['https://a:8006']), 'bca'],
    ['own, but failed lately', order('pve3', false, ['https://c:8006']), 'abc'], ['own node only', order('pve3', true, ['https://c:8006']), 'c'], ['own node only, but unknown', order('pve2', true), 'abc'],
  ])('%s', (_name, seen, expected) => { expect(seen.join('')).toBe(expected); });
});

describe('the turnstile', () => {
  it('lets two in per node and the others in order, whatever becomes of the first', async () => {
    const turnstile = new Turnstile(2);
    const doors: (() => void)[] = [];
    const begun: string[] = [];
    const work = (name: string, fails = false) => turnstile.through('pve1', async () => {
      begun.push(name);
      await new Promise<void>((resolve) => { doors.push(resolve); });
      if (fails) throw new Error(name);
    });
    const all = [work('a', true), work('b'), work('c'), work('d')].map((each) => each.catch(() => undefined));
    const elsewhere = turnstile.through('pve2', () => Promise.resolve('free'));
    await expect(elsewhere).resolves.toBe('free');
    expect(begun).toEqual(['a', 'b']);
    doors[0]?.();
    await all[0];
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const n of [1, 2]) doors[n]?.();
    await all[2];
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    doors[3]?.();
    await Promise.all(all);
  });
});
