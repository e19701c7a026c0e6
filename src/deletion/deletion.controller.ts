import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ArrayUnique, IsArray, IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';
import { Transform } from 'class-transformer';
import { Caller, personOrThrow, Requires, RequiresAny, type Actor } from '../identity';
import type { Instant } from '../kernel';
import { orThrow } from '../platform/http';
import { stateNames, type StateName } from './core/request';
import { requestSummary, type RequestSummary, type RequestView } from './request.view';
import { RequestsService } from './requests.service';

export class DeletionBody {
  @IsString() @Matches(/^[\w.-]{1,100}$/) readonly cluster!: string;
  @IsUUID() readonly guestId!: string;
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

export class ReviewBody {
  @IsIn(['approve', 'veto']) readonly decision!: 'approve' | 'veto';
  @Matches(/^[0-9a-f]{64}$/) readonly digest!: string;
  @Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/) readonly viewedAt!: string;
  /** The name of the guest, typed by the person; needed to approve. */
  @IsOptional() @IsString() @MaxLength(255) readonly typedName?: string;
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

export class ReasonBody {
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

export class DeletionQuery {
  @IsOptional() @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value)) @IsArray() @ArrayUnique() @IsIn(stateNames, { each: true }) readonly state?: StateName[];
  @IsOptional() @IsString() @MaxLength(100) readonly cluster?: string;
}

const listed = 200;

@Controller('api/deletion/requests')
export class DeletionController {
  constructor(private readonly requests: RequestsService) {}

  /** P17: a person asks, so that the one who asked is known and does not approve. Which of the two rights is needed depends on the guest. */
  @Post()
  @RequiresAny('request_deletion_vm', 'request_deletion_lxc')
  async raise(@Caller() actor: Actor, @Body() body: DeletionBody): Promise<{ readonly id: string }> {
    return { id: orThrow(await this.requests.requestDirectly(personOrThrow(actor, 'ask for a deletion'), body)) };
  }

  @Get()
  @Requires('view')
  async list(@Query() query: DeletionQuery): Promise<readonly RequestSummary[]> {
    const records = await this.requests.list({ limit: listed, ...(query.state === undefined ? {} : { states: query.state }), ...(query.cluster === undefined ? {} : { cluster: query.cluster }) });
    return records.map(requestSummary);
  }

  @Get(':id')
  @Requires('view')
  async show(@Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor): Promise<RequestView> {
    return orThrow(await this.requests.view(actor, id));
  }

  @Post(':id/reviews')
  @Requires('approve_deletion')
  async review(@Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor, @Body() body: ReviewBody): Promise<RequestSummary> {
    const input = { decision: body.decision, digest: body.digest, viewedAt: body.viewedAt as Instant, typedName: body.typedName ?? null, reason: body.reason };
    return requestSummary(orThrow(await this.requests.review(personOrThrow(actor, 'review a deletion'), id, input)));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Requires('view')
  async cancel(@Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor, @Body() body: ReasonBody): Promise<RequestSummary> {
    return requestSummary(orThrow(await this.requests.cancel(actor, id, body.reason)));
  }

  /** A person says that they looked at a request that needs a human; deletion on that cluster goes on (P23). */
  @Post(':id/acknowledge')
  @HttpCode(200)
  @RequiresAny('operate', 'approve_deletion')
  async acknowledge(@Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor, @Body() body: ReasonBody): Promise<{ readonly acknowledged: true }> {
    orThrow(await this.requests.acknowledge(personOrThrow(actor, 'acknowledge a surprise'), id, body.reason));
    return { acknowledged: true };
  }
}
