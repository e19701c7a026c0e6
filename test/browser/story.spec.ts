// The story as two people see it, in a real browser over the whole of Sluice: what only a browser shows (policies, keys, labels,
// live parts, contrast).
import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { startStory, type Story } from '../setup/story';
import { until } from '../setup/until';

jest.setTimeout(90_000);

const executable = '/usr/bin/chromium';
const where = existsSync(executable) ? describe : describe.skip;
const title = existsSync(executable) ? 'the story in a browser' : `the story in a browser (skipped: ${executable} is not installed; apt-get install chromium)`;

where(title, () => {
  let story: Story;
  let browser: Browser;
  let engineer: Page;
  let approver: Page;
  const complaints: string[] = [];

  const listen = (page: Page): Page => {
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  };
  const signIn = async (page: Page, role: 'engineer' | 'approver'): Promise<void> => {
    await page.goto(`${story.url}/`);
    await page.getByLabel('Username').fill(role);
    await page.getByLabel('Password').fill(story.lab.secrets.passwords[role]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${story.url}/`);
  };
  const person = async (role: 'engineer' | 'approver', context: BrowserContext): Promise<Page> => {
    const page = listen(await context.newPage());
    await signIn(page, role);
    return page;
  };
  /** Nothing that a screen reader or weak eyes would stumble over. */
  const isAccessible = async (page: Page): Promise<void> => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.filter((found) => found.impact === 'serious' || found.impact === 'critical').map((found) => `${found.id}: ${found.nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`)).toEqual([]);
  };
  const textOf = (page: Page): Promise<string> => page.locator('main').innerText();
  const requestUrl = async (): Promise<string> => `${story.url}/requests/${(await story.service.get<{ id: string }[]>('/api/deletion/requests')).body[0]?.id ?? ''}`;
  const state = async (): Promise<string> => (await story.service.get<{ state: string }[]>('/api/deletion/requests')).body[0]?.state ?? '';

  beforeAll(async () => {
    story = await startStory({ deletion: { window: 600, approveWithin: 3600, startWithin: 3600, threshold: 1, maxPerHour: 10, powerOff: 'refuse' } });
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
    engineer = await person('engineer', await browser.newContext());
    approver = await person('approver', await browser.newContext());
  });
  afterAll(async () => {
    await browser?.close();
    await story?.end();
  });

  it('signs in and shows the story, with the environment in word and title', async () => {
    expect(await engineer.title()).toBe('LAB · The story · Sluice');
    expect(await textOf(engineer)).toContain('The story of one branch');
    await isAccessible(engineer);
  });

  it('plans the branch by a button, and shows the plan: counting line, destroy before change before create', async () => {
    await engineer.getByRole('button', { name: 'Plan it now' }).or(engineer.getByRole('link', { name: 'Open the plan' })).first().click();
    await engineer.waitForURL(/\/plans\/.+/);
    const text = await textOf(engineer);
    expect(text).toContain('1 to destroy, each by a request of its own, 1 to change, 1 to create');
    expect([text.indexOf('“old-01”'), text.indexOf('“app-01”'), text.indexOf('“web-03”')].map((place) => place > 0)).toEqual([true, true, true]);
    expect(text.indexOf('“old-01”')).toBeLessThan(text.indexOf('“app-01”'));
    expect(text.indexOf('“app-01”')).toBeLessThan(text.indexOf('“web-03”'));
    await isAccessible(engineer);
  });

  it('merges as the engineer by one button, and the log grows on the open page until the job is done', async () => {
    await engineer.goto(story.url);
    await engineer.getByRole('button', { name: 'Merge as the engineer' }).click();
    await engineer.getByText('NetBox merged the branch: the gate permitted it').waitFor();
    // The story goes on by itself: the link comes with the job.
    await engineer.getByRole('link', { name: 'Open the job' }).click();
    await engineer.locator('#job-state', { hasText: 'done' }).waitFor();
    await engineer.locator('#stream-status', { hasText: 'complete' }).waitFor();
    const { id } = (await story.service.get<{ id: string }[]>('/api/apply/jobs')).body[0] ?? { id: '' };
    const rows = (await story.service.get<{ seq: number }[]>(`/api/apply/jobs/${id}/lines`)).body;
    const shown = await engineer.locator('#log .log-seq').allInnerTexts();
    expect(shown.map(Number)).toEqual(rows.map((row) => row.seq));
    await isAccessible(engineer);
  });

  it('says a gap where the page knows lines that the server does not have, and starts again from the first', async () => {
    const { id } = (await story.service.get<{ id: string }[]>('/api/apply/jobs')).body[0] ?? { id: '' };
    const rows = (await story.service.get<{ seq: number }[]>(`/api/apply/jobs/${id}/lines`)).body;
    const page = listen(await engineer.context().newPage());
    await page.route(`**/jobs/${id}`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/data-after="\d+"/, `data-after="9999" data-events="/api/apply/jobs/${id}/events"`) });
    });
    await page.goto(`${story.url}/jobs/${id}`);
    await page.locator('.log-gap').waitFor();
    await page.locator('#stream-status', { hasText: 'complete' }).waitFor();
    expect((await page.locator('#log .log-seq').allInnerTexts()).map(Number)).toEqual(rows.map((row) => row.seq));
    await page.close();
  });

  it('P17 shows the engineer the request without any way to approve it, and why', async () => {
    await until(async () => (await state()) === 'in-review', 'the review');
    await engineer.goto(await requestUrl());
    expect(await engineer.getByRole('radio', { name: 'Approve' }).count()).toBe(0);
    expect(await textOf(engineer)).toContain('There is no way to approve here: Whoever asked for, wrote or merged a deletion does not approve it.');
    expect(await engineer.getByRole('button', { name: 'Cancel the request' }).count()).toBe(1);
    expect(await textOf(engineer)).toContain('asked by Erika Engineer');
    await isAccessible(engineer);
  });

  it('P36 begins with Reject for the approver; the label follows the choice; Enter in the name decides nothing', async () => {
    await approver.goto(await requestUrl());
    await isAccessible(approver);
    expect(await approver.getByRole('radio', { name: /Reject/ }).isChecked()).toBe(true);
    expect(await approver.locator('.btn-decide').innerText()).toBe('Reject');
    await approver.getByRole('radio', { name: 'Approve' }).check();
    expect(await approver.locator('.btn-decide').innerText()).toBe('Approve destruction of old-01');
    await approver.getByLabel('Reason').fill('app-01 replaced it');
    await approver.getByLabel(/type the name/).fill('old-01');
    await approver.getByLabel(/type the name/).press('Enter');
    await approver.getByLabel('Reason').press('Enter');
    expect(await state()).toBe('in-review');
    expect(await approver.locator('.btn-decide').innerText()).toBe('Approve destruction of old-01');
    await isAccessible(approver);
  });

  it('P36 refuses another name on the server, and the page says what was typed', async () => {
    await approver.getByLabel(/type the name/).fill('old-02');
    await approver.locator('.btn-decide').click();
    await approver.getByText('The typed name is not the name of the guest.').waitFor();
    expect(await approver.getByRole('radio', { name: /Reject/ }).isChecked()).toBe(true);
    expect(await state()).toBe('in-review');
  });

  it('works without any script: the label follows, Enter decides nothing, approval goes through', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page, 'approver');
    await page.goto(await requestUrl());
    await page.getByRole('radio', { name: 'Approve' }).check();
    await page.getByLabel('Reason').fill('app-01 replaced it');
    await page.getByLabel(/type the name/).fill('old-01');
    await page.getByLabel(/type the name/).press('Enter');
    expect(await state()).toBe('in-review');
    // Meanwhile somebody else is writing on the same request.
    await approver.goto(await requestUrl());
    await approver.getByLabel('Reason').fill('half a sentence');
    await page.getByRole('button', { name: 'Approve destruction of old-01' }).click();
    await page.waitForURL(await requestUrl());
    await until(async () => (await state()) === 'waiting', 'the quarantine', 20_000);
    await page.reload();
    expect(await textOf(page)).toContain('In quarantine until');
    await context.close();
  });

  it('P36 greys out a page that is not current any more, and keeps what was written', async () => {
    await approver.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await approver.getByText('This page is not current any more.').waitFor();
    expect(await approver.locator('.btn-decide').isDisabled()).toBe(true);
    expect(await approver.getByLabel('Reason').inputValue()).toBe('half a sentence');
    await isAccessible(approver);
  });

  it('P22 lets the engineer cancel by one click while it waits, and tells that it was undone', async () => {
    await engineer.goto(await requestUrl());
    await engineer.getByRole('button', { name: 'Cancel the request' }).click();
    await engineer.getByText('Cancelled by Erika Engineer.').waitFor();
    await until(async () => { await engineer.reload(); return (await textOf(engineer)).includes('what quarantine did is undone'); }, 'the undo', 20_000);
    await isAccessible(engineer);
    expect(await engineer.getByRole('button', { name: 'Cancel the request' }).count()).toBe(0);
  });

  it('has no serious trouble for weak eyes or a screen reader on any other page', async () => {
    for (const path of ['/', '/plans', '/jobs', '/requests', '/connections', '/journal', '/freeze', '/nowhere']) {
      await approver.goto(`${story.url}${path}`);
      await isAccessible(approver);
    }
    await engineer.getByRole('link', { name: 'Story of this guest' }).click();
    await engineer.getByRole('heading', { name: 'Story of a guest' }).waitFor();
    await isAccessible(engineer);
  });

  it('loaded nothing that the content security policy refuses, and no script failed', () => {
    // The browser itself reports answers of 4xx as errors: they are the refusals above, and /nowhere.
    expect(complaints.filter((text) => !/status of (400|404|409)/.test(text))).toEqual([]);
  });
});
