// Carries P34: what a route declares about its callers. The guard reads it at each call, the route check once at start.
import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemException } from '../platform/http';
import type { Actor, PersonActor } from './core/actor';
import { actorName } from './core/actor';
import type { Permission } from './core/permission';

export type RouteDeclaration =
  | { readonly kind: 'public'; readonly reason: string }
  /** The caller holds one permission of each group; no group at all: anybody who is signed in. */
  | { readonly kind: 'requires'; readonly groups: readonly (readonly Permission[])[] };

export const declarationKey = 'sluice:route-declaration';
const declare = (declaration: RouteDeclaration) => applyDecorators(SetMetadata(declarationKey, declaration));

/** The caller holds all of these; none: any signed-in person or service. On a method, or on a class for all its methods. */
export const Requires = (...permissions: readonly Permission[]) => declare({ kind: 'requires', groups: permissions.map((permission) => [permission]) });
/** The caller holds at least one of these; which one the request needs is decided where its content is known. */
export const RequiresAny = (...permissions: readonly Permission[]) => declare({ kind: 'requires', groups: [permissions] });
/** Nobody is asked who they are. The route has to stand in public-routes.ts too. */
export const Public = (reason: string) => declare({ kind: 'public', reason });

/** Where the guard leaves what it found. */
export interface Admitted { readonly actor: Actor | null; readonly csrfToken: string | null }
const admitted = new WeakMap<Request, Admitted>();
export const rememberCaller = (request: Request, found: Admitted): void => { admitted.set(request, found); };
export const callerOf = (request: Request): Admitted => admitted.get(request) ?? { actor: null, csrfToken: null };

/** The `Actor`; on a public route `Actor | null`. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Actor | null => callerOf(context.switchToHttp().getRequest<Request>()).actor);
/** The token that a page puts into its forms as `_csrf`; null without a session. */
export const CsrfToken = createParamDecorator((_data: unknown, context: ExecutionContext): string | null => callerOf(context.switchToHttp().getRequest<Request>()).csrfToken);

/** The caller as a person, or 403: decisions are made by people (P17). */
export function personOrThrow(actor: Actor, what: string): PersonActor {
  if (actor.kind === 'person') return actor;
  throw new ProblemException({ code: 'identity.person-needed', summary: `Only a person may ${what}.`, observed: `the caller is ${actorName(actor)}`, next: 'Sign in as a person and do it yourself.' });
}
