import { Body, Controller, Get, Headers, Param, ParseUUIDPipe, Post, Res } from '@nestjs/common';
import { IsInt, IsString, Matches, Min } from 'class-validator';
import type { Response } from 'express';
import { Caller, actorKey, Requires, RequiresAny, type Actor } from '../identity';
import { orThrow, ProblemException } from '../platform/http';
import { planView, type PlanView } from './plan-view';
import { PlansService } from './plans.service';

export class PlanBody {
  @IsString() @Matches(/^[\w.-]{1,100}$/) readonly netbox!: string;
  @IsInt() @Min(1) readonly branchId!: number;
}

const patienceMillis = 10_000;

@Controller('api/intent/plans')
export class PlansController {
  constructor(private readonly plans: PlansService) {}

  /** 201 with the plan, or 202 with where to look while it is still being made. */
  @Post()
  @RequiresAny('operate', 'apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc')
  async make(@Body() body: PlanBody, @Caller() actor: Actor, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) response: Response): Promise<PlanView | { status: string; requestId: string; next: string }> {
    const asked = orThrow(await this.plans.ask(body.netbox, body.branchId, actorKey(actor), key ?? null, patienceMillis));
    if (asked.kind === 'planned') return planView(asked.plan);
    response.status(202);
    return { status: 'draft', requestId: asked.requestId, next: 'Ask again with the same Idempotency-Key.' };
  }

  @Get()
  @Requires('view')
  async list(): Promise<readonly PlanView[]> {
    return (await this.plans.list()).map(planView);
  }

  @Get(':id')
  @Requires('view')
  async show(@Param('id', ParseUUIDPipe) id: string): Promise<PlanView> {
    const plan = await this.plans.get(id);
    if (plan === null) throw new ProblemException({ code: 'plan.not-found', summary: 'There is no such plan.', observed: id, next: 'Look at the list of plans.' });
    return planView(plan);
  }
}
