// Every page is made here: who looks, whether Sluice is frozen, which environment this is.
import type { Request } from 'express';
import type { ComponentChildren } from 'preact';
import { actorName, callerOf } from '../identity';
import type { Surroundings } from './pages/layout';
import { renderPage } from './pages/render';
import type { UiOptions } from './ui-parts';

export class PageMaker {
  constructor(private readonly options: Pick<UiOptions, 'mode' | 'freeze'>) {}

  /** A page is of this moment and of this person: nobody keeps it, and going back reads it again. */
  async page(request: Request, title: string, body: ComponentChildren): Promise<string> {
    request.res?.set('Cache-Control', 'no-store');
    const freeze = await this.options.freeze.current();
    return renderPage(title, { ...surroundings(this.options.mode, request), frozen: freeze === null ? null : { reason: freeze.reason, since: freeze.frozenAt, by: freeze.frozenByName ?? 'Sluice itself' } }, body);
  }
}

export function surroundings(mode: UiOptions['mode'], request: Request): Surroundings {
  const { actor, csrfToken } = callerOf(request);
  return { mode, person: actor === null ? null : { name: actorName(actor), csrfToken }, frozen: null, path: request.path };
}
