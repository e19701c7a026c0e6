import { Controller, HttpCode, Param, Post, Req, type RawBodyRequest } from '@nestjs/common';
import type { Request } from 'express';
import { Public } from '../identity';
import { HookDoor, type HookAnswer } from './hook-door';

@Controller('api/hooks/netbox')
export class HooksController {
  constructor(private readonly door: HookDoor) {}

  @Post(':instance')
  @HttpCode(202)
  @Public('Signed by NetBox with the webhook secret of its instance; only a reason to look, never an order.')
  deliver(@Param('instance') instance: string, @Req() request: RawBodyRequest<Request>): Promise<HookAnswer> {
    return this.door.deliver(instance, request.rawBody ?? Buffer.alloc(0), request.header('x-hook-signature') ?? '');
  }
}
