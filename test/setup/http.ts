// A browser and a service for HTTP tests: the session's cookie and its CSRF token travel the way they do in production.
import type { NestExpressApplication } from '@nestjs/platform-express';
import request, { type Test } from 'supertest';

/** For seedPeople: a sign-in in a test need not be slow to guess. */
export const quickPasswords = { n: 1024, r: 8, p: 1 };

export interface Browser {
  readonly cookie: string;
  readonly csrfToken: string;
  get(path: string): Test;
  post(path: string, body?: object): Test;
  delete(path: string): Test;
}

const server = (app: NestExpressApplication) => request(app.getHttpServer() as never);

/** Signs in; fails when that is refused. */
export async function signedIn(app: NestExpressApplication, username: string, password: string): Promise<Browser> {
  const opened = await server(app).post('/api/session').send({ username, password }).expect(204);
  const [cookie = ''] = (opened.headers['set-cookie'] as unknown as string[]).map((line) => line.split(';')[0] ?? '');
  const { body } = await server(app).get('/api/session').set('Cookie', cookie).expect(200);
  const { csrfToken } = body as { csrfToken: string };
  const withProof = (test: Test): Test => test.set('Cookie', cookie).set('X-CSRF-Token', csrfToken);
  return {
    cookie, csrfToken,
    get: (path) => server(app).get(path).set('Cookie', cookie),
    post: (path, body_) => withProof(server(app).post(path)).send(body_ ?? {}),
    delete: (path) => withProof(server(app).delete(path)),
  };
}

export const asService = (app: NestExpressApplication, token: string) => ({
  get: (path: string): Test => server(app).get(path).set('Authorization', `Bearer ${token}`),
  post: (path: string, body?: object): Test => server(app).post(path).set('Authorization', `Bearer ${token}`).send(body ?? {}),
});

export const asNobody = server;
