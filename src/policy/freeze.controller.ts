import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { Caller, personOrThrow, Requires, type Actor } from '../identity';
import { orThrow } from '../platform/http';
import { FreezeService } from './freeze.service';

export class FreezeBody {
  @IsString() @MinLength(1) @MaxLength(2000) readonly reason!: string;
}

@Controller('api')
export class FreezeController {
  constructor(private readonly service: FreezeService) {}

  @Get('freeze')
  @Requires('view')
  async show() {
    const freeze = await this.service.current();
    return { frozen: freeze !== null, freeze };
  }

  @Post('freeze')
  @HttpCode(200)
  @Requires('operate')
  async freeze(@Caller() actor: Actor, @Body() body: FreezeBody) {
    return { frozen: true, freeze: await this.service.freeze(personOrThrow(actor, 'freeze Sluice'), body.reason) };
  }

  @Post('unfreeze')
  @HttpCode(200)
  @Requires('operate')
  async unfreeze(@Caller() actor: Actor, @Body() body: FreezeBody) {
    orThrow(await this.service.unfreeze(personOrThrow(actor, 'unfreeze Sluice'), body.reason));
    return { frozen: false, freeze: null };
  }
}
