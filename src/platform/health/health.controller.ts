import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../identity';
import { HealthCheck, type Health } from './health-check';

@Controller('health')
export class HealthController {
  constructor(private readonly check: HealthCheck) {}

  @Get()
  @Public('A load balancer has no account, and what it reads names no guest.')
  @ApiOperation({ summary: 'Whether this process can do its work; 503 when it cannot' })
  async show(@Res({ passthrough: true }) response: Response): Promise<Health> {
    const health = await this.check.look();
    response.status(health.status === 'ok' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE).set('Cache-Control', 'no-store');
    return health;
  }
}
