// What an operator's Prometheus reads. Labels are route patterns and numbers, never ids, names or addresses (P40).
import type { NextFunction, Request, Response } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export class Metrics {
  readonly registry = new Registry();
  private readonly seconds: Histogram<'method' | 'route' | 'status'>;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.seconds = new Histogram({ name: 'sluice_http_request_seconds', help: 'Time to answer a request.', labelNames: ['method', 'route', 'status'], buckets: [0.005, 0.02, 0.1, 0.5, 2, 10], registers: [this.registry] });
  }

  /** Express middleware; an address that no route answers counts as `none`, so that a scan does not make a label for each guess. */
  readonly measure = (request: Request, response: Response, next: NextFunction): void => {
    const stop = this.seconds.startTimer();
    response.on('close', () => {
      const route = request.route as { readonly path?: unknown } | undefined;
      stop({ method: request.method, route: typeof route?.path === 'string' ? route.path : 'none', status: String(response.statusCode) });
    });
    next();
  };
}
