import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Layout, type Surroundings } from './layout';

/** A whole page as text. Everything from outside is escaped by the renderer. */
export const renderPage = (title: string, around: Surroundings, children: ComponentChildren): string =>
  `<!doctype html>${renderToString(<Layout title={title} around={around}>{children}</Layout>)}`;
