// The session's cookie: out of reach of scripts, not sent from other sites, and over TLS only where people reach Sluice by TLS.
import type { CookieOptions, Response } from 'express';
import { sessionCookie } from './authentication';
import type { OpenedSession } from './session.store';

export class SessionCookie {
  private readonly options: CookieOptions;

  constructor(publicUrl: string) {
    this.options = { httpOnly: true, sameSite: 'lax', secure: new URL(publicUrl).protocol === 'https:', path: '/' };
  }

  set(response: Response, session: OpenedSession): void {
    response.cookie(sessionCookie, session.token, { ...this.options, expires: new Date(session.expiresAt) });
  }

  clear(response: Response): void {
    response.clearCookie(sessionCookie, this.options);
  }
}
