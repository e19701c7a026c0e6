import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Req, Res } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsString, Matches, Min } from 'class-validator';
import type { Request, Response } from 'express';
import { h } from 'preact';
import { actorKey, Caller, Requires, RequiresAny, type Actor } from '../identity';
import { planView } from '../intent';
import { orThrow, ProblemException } from '../platform/http';
import { PageMaker } from './page-maker';
import { ListPage } from './pages/list-page';
import { PlanPage } from './pages/plan-page';
import { UiParts } from './ui-parts';
import { planList } from './view-models/lists';
import { planTitle } from './view-models/plan-card';

export class PlanForm {
  @IsString() @Matches(/^[\w.-]{1,100}$/) readonly netbox!: string;
  @Type(() => Number) @IsInt() @Min(1) readonly branchId!: number;
}

const patienceMillis = 10_000;

@Controller('plans')
export class PlanPagesController {
  constructor(private readonly pages: PageMaker, private readonly ui: UiParts) {}

  @Get()
  @Requires('view')
  async list(@Req() request: Request): Promise<string> {
    return this.pages.page(request, 'Plans', h(ListPage, { title: 'Plans', list: planList((await this.ui.options.plans.list()).map(planView)) }));
  }

  @Post()
  @RequiresAny('operate', 'apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc')
  async make(@Body() form: PlanForm, @Caller() actor: Actor, @Res() response: Response): Promise<void> {
    const asked = orThrow(await this.ui.options.plans.ask(form.netbox, form.branchId, actorKey(actor), null, patienceMillis));
    response.redirect(303, asked.kind === 'planned' ? `/plans/${asked.plan.id}` : '/plans');
  }

  @Get(':id')
  @Requires('view')
  async show(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string): Promise<string> {
    const plan = await this.ui.options.plans.get(id);
    if (plan === null) throw new ProblemException({ code: 'plan.not-found', summary: 'There is no such plan.', observed: id, next: 'Look at the list of plans.' });
    const view = planView(plan);
    return this.pages.page(request, planTitle(view), h(PlanPage, { plan: view, names: await this.ui.options.names() }));
  }
}
