import { Module, type DynamicModule } from '@nestjs/common';
import { Metrics } from '../metrics';
import { HealthCheck, type HealthOptions } from './health-check';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';

@Module({})
export class HealthModule {
  static with(options: HealthOptions & { readonly metrics: Metrics }): DynamicModule {
    return {
      module: HealthModule,
      controllers: [HealthController, MetricsController],
      providers: [{ provide: HealthCheck, useValue: new HealthCheck(options) }, { provide: Metrics, useValue: options.metrics }],
    };
  }
}
