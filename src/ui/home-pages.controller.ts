import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, Min } from 'class-validator';
import type { Request, Response } from 'express';
import { h } from 'preact';
import { Caller, callerOf, Requires, type Actor } from '../identity';
import { planView } from '../intent';
import { ProblemException } from '../platform/http';
import { PageMaker } from './page-maker';
import { LabPage, OverviewPage } from './pages/home-page';
import { UiParts } from './ui-parts';
import { labStory } from './view-models/lab-story';
import { jobList, planList, requestList } from './view-models/lists';

const shown = 5;

class MergeForm {
  @Type(() => Number) @IsInt() @Min(1) readonly branchId!: number;
}

@Controller()
export class HomePagesController {
  /** What the last merge said; of this process, which is all that a lab has. */
  private said: string | null = null;

  constructor(private readonly pages: PageMaker, private readonly ui: UiParts) {}

  @Get()
  @Requires('view')
  async home(@Req() request: Request, @Caller() actor: Actor): Promise<string> {
    const { options } = this.ui;
    const [plans, jobs, requests] = [(await options.plans.list()).map(planView), await options.jobs.list(), await options.requests.list({ limit: 200 })];
    const overview = { plans: planList(plans.slice(0, shown)), jobs: jobList(jobs.slice(0, shown)), requests: requestList(requests.filter((one) => one.endedAt === null)) };
    if (options.lab === undefined) return this.pages.page(request, 'Overview', h(OverviewPage, overview));
    const { branch, others } = options.lab;
    const steps = labStory({ branchName: branch.name, plans, jobs, requests, username: actor.kind === 'person' ? actor.username : actor.name });
    return this.pages.page(request, 'The story', h(LabPage, { steps, branch, others, said: this.said, csrfToken: callerOf(request).csrfToken, overview }));
  }

  @Post('lab/merge')
  @Requires('operate')
  async merge(@Req() request: Request, @Res() response: Response, @Body() form: MergeForm): Promise<void> {
    const { lab } = this.ui.options;
    if (lab === undefined) throw new ProblemException({ code: 'request.not-found', summary: 'There is nothing at this address.', observed: `${request.method} ${request.path}`, next: 'Merge branches in NetBox; only a lab has a button for it.' }, 404);
    const branch = [lab.branch, ...lab.others].find((one) => one.id === form.branchId);
    if (branch === undefined) throw new ProblemException({ code: 'request.not-found', summary: 'This lab has no such branch.', observed: `branch ${form.branchId}`, next: 'Go back to the first page.' }, 404);
    this.said = (await lab.mergeAsEngineer(branch.id)).text;
    response.redirect(303, '/');
  }
}
