import { Body, Controller, HttpCode, Post, Req, Res, type RawBodyRequest } from '@nestjs/common';
import { IsIn, IsInt, IsString, Matches, Min } from 'class-validator';
import type { Request, Response } from 'express';
import { Public } from '../identity';
import { GateDoor } from './gate-door';
import { GateService, type GateAnswer } from './gate.service';
import type { GateAction } from './gate.store';

export class GateBody {
  @IsString() @Matches(/^[\w.-]{1,100}$/) readonly netbox!: string;
  @IsInt() @Min(1) readonly branchId!: number;
  @IsIn(['merge', 'revert']) readonly action!: GateAction;
  @Matches(/^[0-9a-f]{64}$/) readonly changeDigest!: string;
}

@Controller('api/intent/gate')
export class GateController {
  constructor(private readonly gate: GateService, private readonly door: GateDoor) {}

  @Post()
  @HttpCode(200)
  @Public('Signed by the NetBox plugin with the gate secret of its instance; each nonce is good once.')
  async ask(@Body() body: GateBody, @Req() request: RawBodyRequest<Request>, @Res() response: Response): Promise<void> {
    const caller = await this.door.admit(body.netbox, request);
    const answer: GateAnswer = await this.gate.answer(body);
    const text = JSON.stringify(answer);
    for (const [name, value] of Object.entries(this.door.sign(caller, 200, text))) response.setHeader(name, value);
    response.status(200).type('application/json').send(text);
  }
}
