import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength, Min, MinLength } from 'class-validator';
import type { Request, Response } from 'express';
import { h } from 'preact';
import { Caller, callerOf, personOrThrow, Requires, type Actor } from '../identity';
import type { Refusal } from '../kernel';
import { ProblemException, statusOf } from '../platform/http';
import { PageMaker } from './page-maker';
import { ConnectionsPage } from './pages/connections-page';
import { FreezePage } from './pages/freeze-page';
import { GuestStoryPage, JournalListPage } from './pages/journal-pages';
import { UiParts } from './ui-parts';

export class JournalPageQuery {
  @IsOptional() @Type(() => Number) @IsInt() @Min(0) readonly after?: number;
}

export class FreezeForm {
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

const linesAPage = 100;

/** What people look at beside the story: connections, journal, one guest, the freeze switch. */
@Controller()
export class HousePagesController {
  constructor(private readonly pages: PageMaker, private readonly ui: UiParts) {}

  @Get('connections')
  @Requires('view')
  async connections(@Req() request: Request): Promise<string> {
    return this.pages.page(request, 'Connections', h(ConnectionsPage, { connections: await this.ui.options.connections() }));
  }

  /** The newest lines, unless a page of older ones is asked for. */
  @Get('journal')
  @Requires('view')
  async journal(@Req() request: Request, @Query() query: JournalPageQuery): Promise<string> {
    const { journal } = this.ui.options;
    const after = query.after ?? Math.max(0, (await journal.page({ afterSeq: 0, limit: 1 })).head.seq - linesAPage);
    const page = await journal.page({ afterSeq: after, limit: linesAPage });
    return this.pages.page(request, 'Journal', h(JournalListPage, { page, names: await this.ui.options.names(), older: after === 0 ? null : `/journal?after=${Math.max(0, after - linesAPage)}` }));
  }

  @Get('guests/:id')
  @Requires('view')
  async guest(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string): Promise<string> {
    const explanation = await this.ui.options.explain.guest(id);
    if (explanation === null) throw new ProblemException({ code: 'guest.not-found', summary: 'No guest has this id.', observed: id, next: 'Follow the link of a deletion or a plan.' });
    return this.pages.page(request, 'Story of a guest', h(GuestStoryPage, { explanation, id }));
  }

  @Get('freeze')
  @Requires('view')
  freeze(@Req() request: Request, @Caller() actor: Actor): Promise<string> {
    return this.freezePage(request, actor, null);
  }

  @Post('freeze')
  @Requires('operate')
  async stop(@Res() response: Response, @Caller() actor: Actor, @Body() form: FreezeForm): Promise<void> {
    await this.ui.options.freeze.freeze(personOrThrow(actor, 'freeze Sluice'), form.reason);
    response.redirect(303, '/freeze');
  }

  @Post('unfreeze')
  @Requires('operate')
  async goOn(@Req() request: Request, @Res() response: Response, @Caller() actor: Actor, @Body() form: FreezeForm): Promise<void> {
    const done = await this.ui.options.freeze.unfreeze(personOrThrow(actor, 'unfreeze Sluice'), form.reason);
    if (done.ok) response.redirect(303, '/freeze');
    else response.status(statusOf(done.error.code)).send(await this.freezePage(request, actor, done.error));
  }

  private async freezePage(request: Request, actor: Actor, refusal: Refusal | null): Promise<string> {
    return this.pages.page(request, 'Freeze', h(FreezePage, { freeze: await this.ui.options.freeze.current(), csrfToken: callerOf(request).csrfToken, mayOperate: actor.permissions.has('operate'), refusal }));
  }
}
