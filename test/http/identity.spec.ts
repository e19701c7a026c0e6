// Sessions, tokens, default deny, CSRF and problems over real HTTP, on a small application of the real modules.
import { Body, Controller, Get, Module, Post, Sse, type DynamicModule } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Type } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { of } from 'rxjs';
import { Bug } from '../../src/kernel';
import { actorKey, Caller, IdentityModule, permissions, Public, publicRoutes, Requires, seedPeople, seedServiceTokens, type Actor } from '../../src/identity';
import { createHttpApp } from '../../src/platform/http';
import { HealthModule } from '../../src/platform/health';
import { Metrics } from '../../src/platform/metrics';
import { asNobody, asService, signedIn, type Browser } from '../setup/http';
import { testDatabase, type TestDatabase } from '../setup/test-database';

class Inner { @IsInt() @Min(1) readonly cores!: number }
class Order {
  @IsString() readonly name!: string;
  @ValidateNested() @Type(() => Inner) readonly size!: Inner;
}

@Controller('api/probe')
class ProbeController {
  @Get('who') @Requires('view') who(@Caller() actor: Actor) { return { key: actorKey(actor) }; }
  @Post('order') @Requires('operate') order(@Body() body: Order) { return body; }
  @Post('form') @Requires('view') form(@Body() body: object) { return { keys: Object.keys(body) }; }
  @Get('approve') @Requires('approve_deletion') approve() { return {}; }
  @Get('break') @Requires('view') break() { throw new Error('relation "people" is on fire, password: hunter2'); }
  @Get('bug') @Requires('view') bug() { throw new Bug('two rows where one was'); }
  @Get('long') @Requires('view') long() { return { text: 'x'.repeat(4000) }; }
  @Sse('events') @Requires('view') events() { return of({ data: 'x'.repeat(4000) }); }
}

@Controller('api/forgotten') class ForgottenController { @Get(':id') show() { return {}; } }
@Controller('api/open') class OpenController { @Get() @Public('because') show() { return {}; } }

@Module({}) class SpecModule {}

describe('the HTTP server and who may call it', () => {
  let db: TestDatabase;
  let app: NestExpressApplication;
  let anna: Browser;
  let now = 1_000_000;
  const logged: object[] = [];

  const root = (...controllers: (new () => object)[]): DynamicModule => ({
    module: SpecModule,
    imports: [IdentityModule.with({ db: db.api, publicUrl: 'https://sluice.example', nowMillis: () => now }), HealthModule.with({ db: db.api, mode: 'lab', roles: ['api'], version: '1.2.3', metrics: new Metrics() })],
    controllers,
  });

  beforeAll(async () => {
    db = await testDatabase();
    await seedPeople(db.owner, [
      { username: 'anna', displayName: 'Anna', password: 'correct horse', permissions: ['view', 'operate'] },
      { username: 'boris', displayName: 'Boris', password: 'battery', permissions: ['view', 'approve_deletion'], netbox: { name: 'main', userId: 7 } },
      { username: 'nobody', displayName: 'Nobody', password: null, permissions: ['view'] },
    ]);
    await seedServiceTokens(db.owner, [{ name: 'plugin', token: 'a-token-of-the-plugin', permissions: ['view'] }]);
    app = await createHttpApp(root(ProbeController), { log: { error: (facts) => { logged.push(facts); } } });
    anna = await signedIn(app, 'anna', 'correct horse');
  });
  afterAll(async () => {
    await app.close();
    await db.drop();
  });

  describe('signing in', () => {
    it('sets a cookie that scripts and other sites do not get, and keeps only the hash of its token', async () => {
      const opened = await asNobody(app).post('/api/session').send({ username: 'boris', password: 'battery' }).expect(204);
      const [line = ''] = opened.headers['set-cookie'] as unknown as string[];
      expect(line).toMatch(/^sluice_session=[\w-]{43}; /);
      for (const part of ['HttpOnly', 'SameSite=Lax', 'Secure', 'Path=/']) expect(line).toContain(part);
      const token = /=([\w-]+);/.exec(line)?.[1] ?? '';
      expect(JSON.stringify(await db.owner.rows('select * from sessions'))).not.toContain(token);
    });

    it('tells who is signed in, with permissions and the CSRF token', async () => {
      const { body } = await anna.get('/api/session').expect(200);
      expect(body).toEqual({ person: { id: expect.any(String), username: 'anna', displayName: 'Anna' }, permissions: ['operate', 'view'], csrfToken: anna.csrfToken });
    });

    it('answers an unknown name, an account without a password and a wrong password with the same sentence', async () => {
      const answers = await Promise.all([['anna', 'wrong'], ['ghost', 'wrong'], ['nobody', 'wrong']].map(async ([username, password]) => (await asNobody(app).post('/api/session').send({ username, password }).expect(401)).body as object));
      expect(answers[0]).toMatchObject({ code: 'identity.wrong-credentials', title: 'This username and password do not fit.' });
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    });

    it('refuses the sixth attempt under one name within a minute, says how long to wait, and lets others in', async () => {
      now += 60_001;
      const attempt = (username: string, password: string) => asNobody(app).post('/api/session').send({ username, password });
      const five = await Promise.all(Array.from({ length: 5 }, () => attempt('boris', 'wrong')));
      expect(five.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401]);
      now += 20_000;
      const { body } = await attempt('boris', 'battery').expect(429);
      expect(body).toMatchObject({ code: 'identity.too-many-attempts', next: 'Wait 40 s, then try once with the right password.' });
      await attempt('anna', 'correct horse').expect(204);
      now += 40_001;
      await attempt('boris', 'battery').expect(204);
    });

    it('P36 refuses a sign-in that another site sends', async () => {
      const { body } = await asNobody(app).post('/api/session').set('Sec-Fetch-Site', 'cross-site').send({ username: 'anna', password: 'correct horse' }).expect(403);
      expect(body).toMatchObject({ code: 'identity.cross-site' });
    });

    it('ends the session at sign-out, and an expired one by the clock of the database', async () => {
      const browser = await signedIn(app, 'anna', 'correct horse');
      await browser.delete('/api/session').expect(204);
      await browser.get('/api/session').expect(401);
      const later = await signedIn(app, 'anna', 'correct horse');
      await db.owner.change("update sessions set expires_at = sluice_now() - interval '1 second' where csrf_token = $1", [later.csrfToken]);
      expect((await later.get('/api/session').expect(401)).body).toMatchObject({ code: 'identity.not-signed-in', observed: 'the session has ended' });
    });
  });

  describe('who may call', () => {
    it('P34 refuses everybody who is not signed in', async () => {
      expect((await asNobody(app).get('/api/probe/who').expect(401)).body).toMatchObject({ code: 'identity.not-signed-in' });
      await asNobody(app).get('/metrics').expect(401);
      await asNobody(app).get('/api/docs').expect(401);
      await asNobody(app).get('/api/docs-json').expect(401);
    });

    it('names a person by id and a service by name', async () => {
      expect((await anna.get('/api/probe/who').expect(200)).body).toEqual({ key: expect.stringMatching(/^person:[0-9a-f-]{36}$/) });
      expect((await asService(app, 'a-token-of-the-plugin').get('/api/probe/who').expect(200)).body).toEqual({ key: 'service:plugin' });
    });

    it('refuses an unknown token even beside a good cookie', async () => {
      expect((await anna.get('/api/probe/who').set('Authorization', 'Bearer made-up').expect(401)).body).toMatchObject({ code: 'identity.token-unknown' });
    });

    it('names the missing permission', async () => {
      expect((await anna.get('/api/probe/approve').expect(403)).body).toMatchObject({ code: 'identity.not-allowed', title: 'Anna may not approve or veto deletions.', observed: 'missing permission approve_deletion' });
    });

    it('P19 reads rights again at each request', async () => {
      const browser = await signedIn(app, 'boris', 'battery');
      await browser.get('/api/probe/approve').expect(200);
      await db.owner.change("delete from person_permissions where permission = 'approve_deletion'");
      await browser.get('/api/probe/approve').expect(403);
      await db.owner.change("update people set active = false where username = 'boris'");
      await browser.get('/api/session').expect(401);
    });

    it('P17 gives no service a permission to approve or to change a gate', async () => {
      await expect(seedServiceTokens(db.owner, [{ name: 'greedy', token: 't', permissions: ['view', 'approve_deletion'] }])).rejects.toThrow('Services may not hold these permissions: greedy: approve_deletion.');
    });

    it('P36 refuses a write of a session without its CSRF token, with another one, and takes it from a form too', async () => {
      const post = () => asNobody(app).post('/api/probe/form').set('Cookie', anna.cookie);
      expect((await post().send({}).expect(403)).body).toMatchObject({ code: 'identity.csrf' });
      await post().set('X-CSRF-Token', 'x'.repeat(43)).send({}).expect(403);
      expect((await post().type('form').send({ _csrf: anna.csrfToken, name: 'web-01' }).expect(201)).body).toEqual({ keys: ['name'] });
    });
  });

  describe('default deny', () => {
    it('P34 does not start with a route that declares nothing, and names it', async () => {
      await expect(createHttpApp(root(ForgottenController))).rejects.toThrow('These routes do not declare who may call them: GET /api/forgotten/:id (ForgottenController.show).');
    });

    it('P34 does not start with a public route that is not in the list', async () => {
      await expect(createHttpApp(root(OpenController))).rejects.toThrow('GET /api/open (OpenController.show)');
    });

    it('P34 does not start without anybody who decides', async () => {
      await expect(createHttpApp({ module: SpecModule, controllers: [ProbeController] })).rejects.toThrow('No module of this server decides who may call which route.');
    });

    it('P34 holds the public routes to these; the list may only shrink', () => {
      const allowed = ['GET /health', 'POST /api/session', 'GET /sign-in', 'POST /sign-in', 'POST /api/hooks/netbox/:instance', 'POST /api/intent/gate'];
      expect(publicRoutes.filter((route) => !allowed.includes(route))).toEqual([]);
    });
  });

  describe('problems', () => {
    it('names every wrong field of a request in one answer, and none of its values', async () => {
      const answer = await anna.post('/api/probe/order', { name: 7, size: { cores: 0 }, force: 'hunter2' }).expect(400);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ type: 'urn:sluice:problem:request.invalid', status: 400, code: 'request.invalid', title: '3 fields are not acceptable: force, name, size.cores.' });
      expect((answer.body as { errors: { field: string }[] }).errors.map((error) => error.field).sort()).toEqual(['force', 'name', 'size.cores']);
      expect(answer.text).not.toContain('hunter2');
    });

    it('refuses a body of 5 MB in words', async () => {
      const { body } = await anna.post('/api/probe/order', { name: 'x'.repeat(5_000_000) }).expect(413);
      expect(body).toMatchObject({ code: 'request.too-large', title: 'The body of the request is too large.', observed: expect.stringContaining('at most 1048576 are read') });
    });

    it('refuses half a JSON body, and an address that there is not', async () => {
      const half = await asNobody(app).post('/api/session').type('json').send('{"username": ').expect(400);
      expect(half.body).toMatchObject({ code: 'request.not-readable' });
      expect((await anna.get('/api/nothing').expect(404)).body).toMatchObject({ code: 'request.not-found', observed: 'GET /api/nothing' });
    });

    it('P40 hides an unexpected error behind an id that the log has, once and without secrets', async () => {
      logged.length = 0;
      const { body, text } = await anna.get('/api/probe/break').expect(500);
      const [, id = ''] = /error ([0-9a-f-]{36})/.exec((body as { observed: string }).observed) ?? [];
      expect(text).not.toMatch(/on fire|hunter2|\.ts/);
      expect(logged).toEqual([expect.objectContaining({ id, method: 'GET', path: '/api/probe/break' })]);
      expect(JSON.stringify(logged)).toContain('on fire');
      expect(JSON.stringify(logged)).not.toContain('hunter2');
      expect((await anna.get('/api/probe/bug').expect(500)).body).toMatchObject({ code: 'internal.bug' });
    });
  });

  it('shows a problem as a page to a browser that asked for one, and as JSON where the page cannot be drawn', async () => {
    const withPages = await createHttpApp(root(ProbeController), { log: { error: (facts) => { logged.push(facts); } }, problemPage: (problem) => {
      if (problem.status === 404) throw new Error('no template');
      return `<h1>${problem.title}</h1>`;
    } });
    try {
      logged.length = 0;
      const page = await asNobody(withPages).get('/api/probe/who').set('Accept', 'text/html,*/*;q=0.8').expect(401);
      expect(page.text).toBe('<h1>Nobody is signed in.</h1>');
      expect(page.headers['content-type']).toContain('text/html');
      expect((await asNobody(withPages).get('/api/probe/who').set('Accept', 'application/json').expect(401)).body).toMatchObject({ code: 'identity.not-signed-in' });
      expect((await asNobody(withPages).get('/api/nothing').set('Accept', 'text/html').expect(404)).headers['content-type']).toContain('application/problem+json');
      expect(logged).toHaveLength(1);
    } finally {
      await withPages.close();
    }
  });

  describe('what every answer carries', () => {
    it('a policy that allows no inline script or style', async () => {
      const policy = (await asNobody(app).get('/health')).headers['content-security-policy'] ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("style-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    });

    it('compression, but never of a stream of events', async () => {
      expect((await anna.get('/api/probe/long').set('Accept-Encoding', 'gzip').expect(200)).headers['content-encoding']).toBe('gzip');
      const events = await anna.get('/api/probe/events').set('Accept-Encoding', 'gzip').set('Accept', 'text/event-stream').buffer(true).expect(200);
      expect(events.headers['content-encoding']).toBeUndefined();
    });
  });

  it('tells its health to anybody and its metrics and API description to those who may view', async () => {
    expect((await asNobody(app).get('/health').expect(200)).body).toEqual({ status: 'ok', mode: 'lab', database: 'ok', roles: ['api'], version: '1.2.3' });
    expect((await asService(app, 'a-token-of-the-plugin').get('/metrics').expect(200)).text).toContain('process_cpu_user_seconds_total');
    expect((await anna.get('/api/docs').expect(200)).text).toContain('Sluice API');
    await asNobody(app).get('/api/docs/swagger-ui-init.js').expect(401);
    const { body } = await anna.get('/api/docs-json').expect(200);
    expect(Object.keys((body as { paths: object }).paths)).toContain('/api/probe/order');
  });

  it('seeds the same people again without a change, and changes what the configuration changed, in the journal', async () => {
    const lines = () => db.owner.one<{ n: number }>("select count(*) as n from journal_entries where kind = 'identity.person-seeded'");
    const before = await lines();
    const chris = { username: 'chris', displayName: 'Chris', password: 'p', permissions: [...permissions] };
    await seedPeople(db.owner, [chris, { ...chris, username: 'chris.admin', sameAs: 'chris' }]);
    expect((await lines()).n).toBe(before.n + 2);
    await seedPeople(db.owner, [chris, { ...chris, username: 'chris.admin', sameAs: 'chris' }]);
    expect((await lines()).n).toBe(before.n + 2);
    const ids = await seedPeople(db.owner, [{ ...chris, permissions: ['view'] }]);
    expect((await lines()).n).toBe(before.n + 3);
    expect((await db.owner.one<{ keys: string[] }>('select person_keys($1) as keys', [ids.get('chris')])).keys).toHaveLength(2);
  });
});
