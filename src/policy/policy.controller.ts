import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { IsIn, IsObject, IsString, MaxLength, MinLength } from 'class-validator';
import { Caller, personOrThrow, Requires, type Actor } from '../identity';
import { orThrow } from '../platform/http';
import { ProposalService, type ReviewDecision } from './proposal.service';

export class ProposalBody {
  /** A whole policy; its members are judged by the one function that also reads the configuration. */
  @IsObject() readonly body!: object;
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

export class ProposalReviewBody {
  @IsIn(['approve', 'veto']) readonly decision!: ReviewDecision;
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

@Controller('api/policy')
export class PolicyController {
  constructor(private readonly service: ProposalService) {}

  @Get()
  @Requires('view')
  current() {
    return this.service.current();
  }

  @Get('proposals')
  @Requires('view')
  async proposals() {
    return { proposals: await this.service.list() };
  }

  @Post('proposals')
  @Requires('administer')
  async propose(@Caller() actor: Actor, @Body() body: ProposalBody) {
    return orThrow(await this.service.propose(personOrThrow(actor, 'propose a policy'), body.body, body.reason));
  }

  @Post('proposals/:id/reviews')
  @HttpCode(200)
  @Requires('administer')
  async review(@Caller() actor: Actor, @Param('id', ParseUUIDPipe) id: string, @Body() body: ProposalReviewBody) {
    return orThrow(await this.service.review(personOrThrow(actor, 'review a policy'), id, body.decision, body.reason));
  }
}
