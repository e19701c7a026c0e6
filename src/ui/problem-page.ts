// A "no" as a page for people; whoever is not signed in is brought to the sign-in and back. The API answers JSON to everybody.
import { h } from 'preact';
import type { Request } from 'express';
import type { Problem, ProblemPage } from '../platform/http';
import { surroundings } from './page-maker';
import { ProblemPageView } from './pages/problem-page';
import { renderPage } from './pages/render';
import type { UiOptions } from './ui-parts';

/** For `problemPage` of createHttpApp. */
export const problemPage = (mode: UiOptions['mode']): ProblemPage => (problem: Problem, request: Request) => {
  if (request.path.startsWith('/api/') && !request.path.startsWith('/api/docs')) return null;
  if (problem.code === 'identity.not-signed-in') return { redirect: `/sign-in?next=${encodeURIComponent(request.method === 'GET' ? request.originalUrl : '/')}` };
  return renderPage(problem.title, surroundings(mode, request), h(ProblemPageView, { problem }));
};
