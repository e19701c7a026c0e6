import { Controller, Get, Param, ParseUUIDPipe, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { h } from 'preact';
import { actorKey, Caller, callerOf, Requires, type Actor } from '../identity';
import { orThrow } from '../platform/http';
import { PageMaker } from './page-maker';
import { JobPage } from './pages/job-page';
import { ListPage } from './pages/list-page';
import { UiParts } from './ui-parts';
import { jobPageView, linesDrawn } from './view-models/job-view';
import { jobList } from './view-models/lists';

@Controller('jobs')
export class JobPagesController {
  constructor(private readonly pages: PageMaker, private readonly ui: UiParts) {}

  @Get()
  @Requires('view')
  async list(@Req() request: Request): Promise<string> {
    return this.pages.page(request, 'Jobs', h(ListPage, { title: 'Jobs', list: jobList(await this.ui.options.jobs.list()) }));
  }

  /** The rows as they are; what comes later comes over the same stream that everybody follows. */
  @Get(':id')
  @Requires('view')
  async show(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor): Promise<string> {
    const { jobs } = this.ui.options;
    const job = orThrow(await jobs.get(id));
    const view = jobPageView(job, await jobs.log(id, 0, linesDrawn), actor.permissions.has('operate'));
    return this.pages.page(request, view.title, h(JobPage, { job: view, csrfToken: callerOf(request).csrfToken }));
  }

  @Post(':id/resume')
  @Requires('operate')
  async resume(@Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor, @Res() response: Response): Promise<void> {
    orThrow(await this.ui.options.jobs.resume(id, actorKey(actor)));
    response.redirect(303, `/jobs/${id}`);
  }
}
