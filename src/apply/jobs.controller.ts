import { Controller, Get, Headers, HttpCode, Param, ParseUUIDPipe, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { actorKey, Caller, Requires, type Actor } from '../identity';
import { orThrow } from '../platform/http';
import { JobEvents } from './events';
import { streamEvents } from './event-stream';
import { JobsService } from './jobs.service';

const sequence = (text: string | undefined): number => (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0);

@Controller('api/apply/jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService, private readonly events: JobEvents) {}

  @Get()
  @Requires('view')
  list() {
    return this.jobs.list();
  }

  @Get(':id')
  @Requires('view')
  async show(@Param('id', ParseUUIDPipe) id: string) {
    return orThrow(await this.jobs.get(id));
  }

  /** The same rows as the stream, for a download. */
  @Get(':id/lines')
  @Requires('view')
  lines(@Param('id', ParseUUIDPipe) id: string, @Query('after') after?: string) {
    return this.jobs.log(id, sequence(after));
  }

  /** Server-sent events; `Last-Event-ID` (or `?after=`) is the last line seen. */
  @Get(':id/events')
  @Requires('view')
  async follow(@Param('id', ParseUUIDPipe) id: string, @Res() response: Response, @Headers('last-event-id') last?: string, @Query('after') after?: string): Promise<void> {
    orThrow(await this.jobs.get(id));
    streamEvents(response, this.events.follow(id, sequence(last ?? after)));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Requires('operate')
  async resume(@Param('id', ParseUUIDPipe) id: string, @Caller() actor: Actor) {
    return orThrow(await this.jobs.resume(id, actorKey(actor)));
  }
}
