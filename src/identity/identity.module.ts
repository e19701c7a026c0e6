import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, DiscoveryService } from '@nestjs/core';
import type { Database } from '../platform/database';
import { Gatekeeper } from '../platform/http';
import { AccessGuard } from './access.guard';
import { Authentication } from './authentication';
import { PeopleStore } from './person.store';
import { RouteCheck } from './route-check';
import { ServiceTokenStore } from './service-token.store';
import { SessionController } from './session.controller';
import { SessionCookie } from './session-cookie';
import { SessionStore } from './session.store';
import { SignIn } from './sign-in';

export interface IdentityOptions {
  /** The api's pool. */
  readonly db: Database;
  readonly publicUrl: string;
  /** For tests that wait a minute. */
  readonly nowMillis?: () => number;
}

/** Sessions and service tokens, and the guard in front of every route of the application (P34). Exports SignIn and SessionCookie for a sign-in page. */
@Module({})
export class IdentityModule {
  static with({ db, publicUrl, nowMillis }: IdentityOptions): DynamicModule {
    const people = new PeopleStore();
    const sessions = new SessionStore();
    const guard = new AccessGuard(new Authentication(db, people, sessions, new ServiceTokenStore()));
    return {
      module: IdentityModule,
      global: true,
      imports: [DiscoveryModule],
      controllers: [SessionController],
      providers: [
        { provide: PeopleStore, useValue: people },
        { provide: SignIn, useValue: new SignIn(db, people, sessions, nowMillis) },
        { provide: SessionCookie, useValue: new SessionCookie(publicUrl) },
        { provide: APP_GUARD, useValue: guard },
        { provide: Gatekeeper, useFactory: (discovery: DiscoveryService) => new RouteCheck(discovery, guard), inject: [DiscoveryService] },
      ],
      exports: [PeopleStore, SignIn, SessionCookie],
    };
  }
}
