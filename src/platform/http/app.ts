// One place makes the HTTP server: what is refused before any controller runs is decided here, in the order it is read.
import { NestFactory } from '@nestjs/core';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import compression from 'compression';
import cookieParser from 'cookie-parser';
import type { Request, Response } from 'express';
import helmet from 'helmet';
import { CannotStart } from '../database';
import type { Metrics } from '../metrics';
import { serveApiDocs } from './api-docs';
import { Gatekeeper } from './gatekeeper';
import { ProblemFilter, type HttpLog, type ProblemPage } from './problem.filter';
import { validationPipe } from './validation';

export interface HttpAppOptions {
  readonly log?: HttpLog;
  /** Nest's own start-up lines; silent by default. */
  readonly nestLogger?: LoggerService;
  readonly version?: string;
  readonly metrics?: Metrics;
  readonly problemPage?: ProblemPage;
  /** What has to be in place before the routes, e.g. static files. */
  readonly configure?: (app: NestExpressApplication) => void;
}

const bodyLimit = '1mb';

/** An initialised application, ready to listen. Throws CannotStart when a route does not say who may call it (P34). */
export async function createHttpApp(rootModule: DynamicModule | Type, options: HttpAppOptions = {}): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(rootModule, { bodyParser: false, rawBody: true, abortOnError: false, forceCloseConnections: true, logger: options.nestLogger ?? false });
  try {
    app.disable('x-powered-by');
    // Forms are flat, and a query string is text: nested objects in either would be a way around validation.
    app.set('query parser', 'simple');
    if (options.metrics !== undefined) app.use(options.metrics.measure);
    app.use(helmet({ contentSecurityPolicy, referrerPolicy: { policy: 'same-origin' }, xFrameOptions: { action: 'deny' }, strictTransportSecurity: false }));
    app.use(cookieParser());
    // A compressed stream of events is held back until the compressor's buffer is full.
    app.use(compression({ filter: (request: Request, response: Response) => !isEventStream(request, response) && compression.filter(request, response) }));
    app.useBodyParser('json', { limit: bodyLimit, type: ['application/json', 'application/*+json'] });
    app.useBodyParser('urlencoded', { limit: bodyLimit, extended: false });
    app.useGlobalPipes(validationPipe());
    app.useGlobalFilters(new ProblemFilter(options.log ?? null, options.problemPage ?? null));
    const gatekeeper = gatekeeperOf(app);
    gatekeeper.checkRoutes();
    serveApiDocs(app, gatekeeper, options.version ?? '0');
    options.configure?.(app);
    return await app.init();
  } catch (trouble) {
    await app.close();
    throw trouble;
  }
}

/** No inline script or style anywhere: our own and Tabler's are served as files. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"], scriptSrc: ["'self'"], scriptSrcAttr: ["'none'"], styleSrc: ["'self'"], imgSrc: ["'self'", 'data:'], fontSrc: ["'self'"], connectSrc: ["'self'"],
    objectSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'self'"], frameAncestors: ["'none'"],
  },
};

const isEventStream = (request: Request, response: Response): boolean =>
  (request.headers.accept ?? '').includes('text/event-stream') || String(response.getHeader('Content-Type') ?? '').includes('text/event-stream');

function gatekeeperOf(app: NestExpressApplication): Gatekeeper {
  try {
    return app.get(Gatekeeper, { strict: false });
  } catch {
    throw new CannotStart('No module of this server decides who may call which route. Import IdentityModule in its root module.');
  }
}
