// Carries P17, P36: the page sends what it showed; the service judges it. A "no" comes back on the same page, read again.
import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Req, Res } from '@nestjs/common';
import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import type { Request, Response } from 'express';
import { h } from 'preact';
import { Caller, callerOf, personOrThrow, Requires, RequiresAny, type Actor } from '../identity';
import type { Instant, Refusal } from '../kernel';
import { orThrow, statusOf } from '../platform/http';
import { PageMaker } from './page-maker';
import { ListPage } from './pages/list-page';
import { RequestPage, type RequestPageProps } from './pages/request-page';
import { UiParts } from './ui-parts';
import { requestList } from './view-models/lists';

export class ReviewForm {
  @IsIn(['approve', 'veto']) readonly decision!: 'approve' | 'veto';
  @Matches(/^[0-9a-f]{64}$/) readonly digest!: string;
  @Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/) readonly viewedAt!: string;
  @IsOptional() @IsString() @MaxLength(255) readonly typedName?: string;
  @IsString() @MaxLength(2000) readonly reason!: string;
  /** The lines of the card that the sender saw: told back as a difference, decided on by nobody. */
  @IsOptional() @IsString() @MaxLength(50_000) readonly seen?: string;
}

export class AcknowledgeForm {
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

const listed = 200;
const staleCodes: ReadonlySet<string> = new Set(['review.stale-view', 'review.changed-since', 'review.other-digest', 'review.not-in-review', 'review.not-that-guest', 'deletion.expired']);

@Controller('requests')
export class RequestPagesController {
  constructor(private readonly pages: PageMaker, private readonly ui: UiParts) {}

  @Get()
  @Requires('view')
  async list(@Req() request: Request): Promise<string> {
    return this.pages.page(request, 'Deletions', h(ListPage, { title: 'Deletions', list: requestList(await this.ui.options.requests.list({ limit: listed })) }));
  }

  @Get(':id')
  @Requires('view')
  show(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor): Promise<string> {
    return this.page(request, actor, id, {});
  }

  @Post(':id/review')
  @Requires('approve_deletion')
  async review(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor, @Body() form: ReviewForm): Promise<void> {
    const person = personOrThrow(actor, 'review a deletion');
    const reviewed = await this.ui.options.requests.review(person, id, { decision: form.decision, digest: form.digest, viewedAt: form.viewedAt as Instant, typedName: form.decision === 'approve' ? (form.typedName ?? '') : null, reason: form.reason });
    if (reviewed.ok) response.redirect(303, `/requests/${id}`);
    else await this.refuse(request, response, actor, id, reviewed.error, seenLines(form.seen));
  }

  /** Somebody has looked at what needs a human; deletion on that cluster goes on. */
  @Post(':id/acknowledge')
  @RequiresAny('operate', 'approve_deletion')
  async acknowledge(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor, @Body() form: AcknowledgeForm): Promise<void> {
    const done = await this.ui.options.requests.acknowledge(personOrThrow(actor, 'acknowledge a surprise'), id, form.reason);
    if (done.ok) response.redirect(303, `/requests/${id}`);
    else await this.refuse(request, response, actor, id, done.error, null);
  }

  /** One click: without a reason of its own. */
  @Post(':id/cancel')
  @Requires('view')
  async cancel(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor): Promise<void> {
    const cancelled = await this.ui.options.requests.cancel(actor, id, '');
    if (cancelled.ok) response.redirect(303, `/requests/${id}`);
    else await this.refuse(request, response, actor, id, cancelled.error, null);
  }

  private async refuse(request: Request, response: Response, actor: Actor, id: string, refusal: Refusal, seen: readonly string[] | null): Promise<void> {
    const html = await this.page(request, actor, id, { refused: { refusal, stale: staleCodes.has(refusal.code), seen } });
    response.status(statusOf(refusal.code)).send(html);
  }

  private async page(request: Request, actor: Actor, id: string, more: Pick<RequestPageProps, 'refused'>): Promise<string> {
    const view = orThrow(await this.ui.options.requests.view(actor, id));
    const names = await this.ui.options.names();
    return this.pages.page(request, view.thing.sentence, h(RequestPage, { view, names, csrfToken: callerOf(request).csrfToken, ...more }));
  }
}

function seenLines(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  try {
    const lines: unknown = JSON.parse(text);
    return Array.isArray(lines) && lines.every((line) => typeof line === 'string') ? (lines as string[]) : null;
  } catch {
    return null;
  }
}
