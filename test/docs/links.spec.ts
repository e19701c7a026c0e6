// A link that leads nowhere is found by the reader who needs it most.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pages = ['README.md', 'CHANGELOG.md', ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];

/** Text without fenced code and code in backticks. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, 'code');
const linksIn = (text: string): readonly string[] => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => link ?? []).filter((link) => !/^[a-z]+:/.test(link));
/** The anchor that a heading gets: small letters, blanks as hyphens, other signs gone. */
const anchorOf = (heading: string): string => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
const anchorsOf = (file: string): readonly string[] => [...readFileSync(file, 'utf8').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));

describe('links between the pages', () => {
  it.each(pages)('lead somewhere: %s', (page) => {
    const broken = linksIn(readFileSync(page, 'utf8')).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      return !existsSync(file) || (anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('are found outside code only, and headings have their anchors', () => {
    expect(linksIn('see [a](b.md#c) and `[x](y.md)`\n```\n[z](z.md)\n```\n[web](https://example.org)')).toEqual(['b.md#c']);
    expect(anchorOf('Tokens at Proxmox')).toBe('tokens-at-proxmox');
    expect(anchorOf('1. What "it" does, now')).toBe('1-what-it-does-now');
  });
});
