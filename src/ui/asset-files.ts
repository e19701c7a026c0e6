// Style, script and icon as files: nothing is inline, so the content security policy can refuse everything that is. A file's
// address changes with its content, so browsers may keep it for ever.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CannotStart } from '../platform/database';

/** The build is plain tsc and copies nothing: both `src/ui` and `dist/src/ui` find the files beside their source. */
function ownAssets(): string {
  for (let place = __dirname; ; place = dirname(place)) {
    const candidate = join(place, 'src', 'ui', 'assets');
    if (existsSync(candidate)) return candidate;
    if (dirname(place) === place) throw new CannotStart(`The pages' style and script (src/ui/assets) are not installed beside ${__dirname}. Install the package as a whole.`);
  }
}

const own = ownAssets();
const tabler = dirname(require.resolve('@tabler/core/package.json'));
const tablerVersion = (JSON.parse(readFileSync(join(tabler, 'package.json'), 'utf8')) as { readonly version: string }).version;

const versioned = (file: string): string => `/assets/${createHash('sha256').update(readFileSync(join(own, file))).digest('hex').slice(0, 12)}/${file}`;

export const assetUrls = { tabler: `/assets/tabler-${tablerVersion}/tabler.min.css`, style: versioned('app.css'), script: versioned('app.js'), icon: versioned('sluice.svg') } as const;

/** For `configure` of createHttpApp: what pages need, open to everybody, and nothing else. */
export function serveAssets(app: NestExpressApplication): void {
  const options = { index: false, redirect: false, immutable: true, maxAge: '365d', fallthrough: true } as const;
  app.useStaticAssets(join(tabler, 'dist', 'css'), { ...options, prefix: `/assets/tabler-${tablerVersion}/` });
  for (const url of [assetUrls.style, assetUrls.script, assetUrls.icon]) app.useStaticAssets(own, { ...options, prefix: `${dirname(url)}/` });
}
