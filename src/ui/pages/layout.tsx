// What stands around every page: which environment this is (word, colour, title), whether Sluice is frozen, where one can go.
// No inline script or style: the content security policy refuses both.
import type { ComponentChildren } from 'preact';
import { assetUrls } from '../asset-files';
import { timeText } from '../view-models/words';

export type Mode = 'lab' | 'live';

export interface Surroundings {
  readonly mode: Mode;
  readonly person: { readonly name: string; readonly csrfToken: string | null } | null;
  readonly frozen: { readonly reason: string; readonly since: string; readonly by: string } | null;
  readonly path: string;
}

const places = [['/', 'Overview'], ['/plans', 'Plans'], ['/jobs', 'Jobs'], ['/requests', 'Deletions'], ['/connections', 'Connections'], ['/journal', 'Journal'], ['/freeze', 'Freeze']] as const;

const environments: Readonly<Record<Mode, { readonly word: string; readonly text: string }>> = {
  lab: { word: 'LAB', text: 'Simulated NetBox and Proxmox: nothing here is real.' },
  live: { word: 'LIVE', text: 'Real guests: what is destroyed here is gone.' },
};

export function Layout({ title, around, children }: { readonly title: string; readonly around: Surroundings; readonly children: ComponentChildren }) {
  const { mode, person, frozen, path } = around;
  const environment = environments[mode];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${environment.word} · ${title} · Sluice`}</title>
        <link rel="icon" href={assetUrls.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrls.tabler} />
        <link rel="stylesheet" href={assetUrls.style} />
        <script src={assetUrls.script} defer />
      </head>
      <body>
        <a class="skip-link" href="#main">Skip to the content</a>
        <div class={`environment environment-${mode}`} role="note" aria-label="Environment"><strong>{environment.word}</strong> {environment.text}</div>
        {frozen === null ? null : (
          <div class="frozen-banner" role="status"><strong>FROZEN</strong> since {timeText(frozen.since)} by {frozen.by}: “{frozen.reason}”. Nothing is sent to Proxmox. <a href="/freeze">Look at it</a></div>
        )}
        <header class="top">
          <div class="container-xl top-row">
            <a class="brand" href="/">Sluice</a>
            {person === null ? null : (
              <nav aria-label="Main">
                <ul class="places">
                  {places.map(([href, label]) => <li key={href}><a href={href} {...(isHere(path, href) ? { 'aria-current': 'page' as const } : {})}>{label}</a></li>)}
                </ul>
              </nav>
            )}
            {person === null ? null : (
              <div class="who">
                <span>{person.name}</span>
                {person.csrfToken === null ? null : <Form action="/sign-out" csrfToken={person.csrfToken}><button type="submit" class="btn btn-sm">Sign out</button></Form>}
              </div>
            )}
          </div>
        </header>
        <main id="main" class="container-xl page-main" tabIndex={-1}>{children}</main>
      </body>
    </html>
  );
}

const isHere = (path: string, href: string): boolean => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));

/** Every form carries the token that proves that our own page sent it (P36). */
export function Form({ action, csrfToken, children, ...more }: { readonly action: string; readonly csrfToken: string; readonly children: ComponentChildren; readonly class?: string; readonly id?: string }) {
  return (
    <form method="post" action={action} autocomplete="off" {...more}>
      <input type="hidden" name="_csrf" value={csrfToken} />
      {children}
    </form>
  );
}
