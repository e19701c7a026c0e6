// Carries P34: before the server starts, every route is enumerated; one that does not say who may call it, or is public without
// standing in the list, is named and nothing starts.
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import type { Request } from 'express';
import { CannotStart } from '../platform/database';
import { Gatekeeper } from '../platform/http';
import { declarationOf, type AccessGuard } from './access.guard';
import type { RouteDeclaration } from './declarations';
import { publicRoutes } from './public-routes';

export interface Route { readonly address: string; readonly handler: string; readonly declaration: RouteDeclaration | null }

export class RouteCheck extends Gatekeeper {
  constructor(private readonly discovery: DiscoveryService, private readonly guard: AccessGuard, private readonly listed: readonly string[] = publicRoutes) {
    super();
  }

  checkRoutes(): void {
    const routes = this.routes();
    const undeclared = routes.filter((route) => route.declaration === null).map((route) => `${route.address} (${route.handler})`);
    if (undeclared.length > 0) throw new CannotStart(`These routes do not declare who may call them: ${undeclared.join(', ')}. Add @Requires or @Public.`);
    const unlisted = routes.filter((route) => route.declaration?.kind === 'public' && !this.listed.includes(route.address)).map((route) => `${route.address} (${route.handler})`);
    if (unlisted.length > 0) throw new CannotStart(`These routes are public and do not stand in src/identity/public-routes.ts: ${unlisted.join(', ')}. Require a permission instead; that list may only shrink.`);
  }

  async admitViewer(request: Request): Promise<void> {
    await this.guard.admit(request, [['view']]);
  }

  /** Every route of every controller, one entry an address. */
  routes(): readonly Route[] {
    const scanner = new MetadataScanner();
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Readonly<Record<string, unknown>>;
      return scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        const verb = typeof handler === 'function' ? (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined) : undefined;
        if (typeof handler !== 'function' || verb === undefined) return [];
        return addresses(metatype, handler).map((path) => ({ address: `${RequestMethod[verb]} ${path}`, handler: `${metatype.name}.${name}`, declaration: declarationOf(handler, metatype) }));
      });
    });
  }
}

function addresses(controller: object, handler: object): string[] {
  const own = paths(Reflect.getMetadata(PATH_METADATA, handler));
  return paths(Reflect.getMetadata(PATH_METADATA, controller)).flatMap((above) => own.map((path) => `/${[above, path].flatMap((part) => part.split('/')).filter((part) => part !== '').join('/')}`));
}

const paths = (found: unknown): string[] => (Array.isArray(found) ? (found as string[]) : [typeof found === 'string' ? found : '']);
