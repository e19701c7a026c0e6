// The API's description at /api/docs, for signed-in people and services that may view: it tells an attacker where to knock.
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import type { Gatekeeper } from './gatekeeper';

const addresses = ['/api/docs', '/api/docs-json', '/api/docs-yaml'];

export function serveApiDocs(app: NestExpressApplication, gatekeeper: Gatekeeper, version: string): void {
  app.use(addresses, (request: Request, _response: Response, next: NextFunction) => {
    gatekeeper.admitViewer(request).then(() => next(), next);
  });
  const described = new DocumentBuilder().setTitle('Sluice').setVersion(version).setDescription('Every error is application/problem+json with a stable code: docs/http-errors.md.')
    .addCookieAuth('sluice_session').addBearerAuth().build();
  SwaggerModule.setup('api/docs', app, () => SwaggerModule.createDocument(app, described), { customSiteTitle: 'Sluice API' });
}
