// Carries P34: the server does not know who may do what, but it does not start without somebody who does. The identity module
// provides this; the server asks it before the first request.
import type { Request } from 'express';

export abstract class Gatekeeper {
  /** Throws CannotStart when a route does not declare who may call it. */
  abstract checkRoutes(): void;
  /** For what is served beside the controllers: throws a ProblemException unless the caller may `view`. */
  abstract admitViewer(request: Request): Promise<void>;
}
