import { Controller, Get, Header, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Requires } from '../../identity';
import { Metrics } from '../metrics';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Requires('view')
  @Header('Cache-Control', 'no-store')
  async show(@Res() response: Response): Promise<void> {
    const { registry } = this.metrics;
    response.type(registry.contentType).send(await registry.metrics());
  }
}
