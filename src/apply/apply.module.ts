import { Module, type DynamicModule } from '@nestjs/common';
import { JobEvents } from './events';
import { JobsController } from './jobs.controller';
import { JobsService } from './jobs.service';

@Module({})
export class ApplyModule {
  static with(parts: { readonly jobs: JobsService; readonly events: JobEvents }): DynamicModule {
    return { module: ApplyModule, controllers: [JobsController], providers: [{ provide: JobsService, useValue: parts.jobs }, { provide: JobEvents, useValue: parts.events }] };
  }
}
