// Carries P34, P36: the one guard of all routes. Default deny: a handler without a declaration is refused even if the check at
// start was passed by. Rights come from the database, and a browser's write has to prove that our own page sent it.
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { Bug } from '../kernel';
import { orThrow, ProblemException } from '../platform/http';
import type { Authentication } from './authentication';
import { actorName, type Actor } from './core/actor';
import { permissionWords, type Permission } from './core/permission';
import { declarationKey, rememberCaller, type RouteDeclaration } from './declarations';

export class AccessGuard implements CanActivate {
  constructor(private readonly authentication: Authentication) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const declaration = declarationOf(context.getHandler(), context.getClass());
    if (declaration === null) throw new Bug(`${context.getClass().name}.${context.getHandler().name} does not declare who may call it`);
    const request = context.switchToHttp().getRequest<Request>();
    if (declaration.kind === 'public') await this.admitAnybody(request);
    else await this.admit(request, declaration.groups);
    return true;
  }

  /** Throws unless the caller holds one permission of each group, and, with a session, a write carries its CSRF token. */
  async admit(request: Request, groups: readonly (readonly Permission[])[]): Promise<void> {
    const { actor, session } = orThrow(await this.authentication.identify(request));
    if (session !== null) requireCsrfToken(request, session.csrfToken);
    for (const group of groups) requireOneOf(actor, group);
    rememberCaller(request, { actor, csrfToken: session?.csrfToken ?? null });
  }

  /** A public page may still greet who is signed in. A browser's write from another site is refused here too: it would sign somebody in. */
  private async admitAnybody(request: Request): Promise<void> {
    if (!isRead(request)) requireSameSite(request);
    const found = await this.authentication.identify(request);
    if (found.ok) rememberCaller(request, { actor: found.value.actor, csrfToken: found.value.session?.csrfToken ?? null });
    takeFormToken(request);
  }
}

/** The method's own declaration, else its class's. */
export function declarationOf(handler: object, controller: object): RouteDeclaration | null {
  return (Reflect.getMetadata(declarationKey, handler) ?? Reflect.getMetadata(declarationKey, controller) ?? null) as RouteDeclaration | null;
}

const isRead = (request: Request): boolean => request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';

function requireOneOf(actor: Actor, group: readonly Permission[]): void {
  if (group.some((permission) => actor.permissions.has(permission))) return;
  throw new ProblemException({
    code: 'identity.not-allowed',
    summary: `${actorName(actor)} may not ${group.map((permission) => permissionWords[permission]).join(' or ')}.`,
    observed: `missing permission ${group.join(' or ')}`,
    next: 'Ask an administrator for the permission; it counts from the next request on.',
  });
}

function requireCsrfToken(request: Request, expected: string): void {
  const form = takeFormToken(request);
  if (isRead(request)) return;
  const header = request.headers['x-csrf-token'];
  const given = typeof header === 'string' ? header : form;
  if (given !== null && isSame(given, expected)) return;
  throw new ProblemException({
    code: 'identity.csrf', summary: 'This write did not prove that it comes from a page of this session.',
    observed: given === null ? 'neither header X-CSRF-Token nor form field _csrf' : 'a token of another session', next: 'Load the page again; programs read csrfToken from GET /api/session and send it as X-CSRF-Token.',
  });
}

/** The form's token, taken out of the body so that validation sees the fields of the request alone. */
function takeFormToken(request: Request): string | null {
  const body = request.body as Record<string, unknown> | null | undefined;
  if (body === null || typeof body !== 'object' || !('_csrf' in body)) return null;
  const token = body['_csrf'];
  delete body['_csrf'];
  return typeof token === 'string' ? token : null;
}

/** Browsers say where a request comes from; programs send no such header and hold no cookie that could be abused. */
function requireSameSite(request: Request): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new ProblemException({ code: 'identity.cross-site', summary: 'This write was sent by a page of another site.', observed: `Sec-Fetch-Site: ${String(site)}`, next: 'Open Sluice itself and sign in there.' });
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
