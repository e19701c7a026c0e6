import { Module, type DynamicModule } from '@nestjs/common';
import { DeletionController } from './deletion.controller';
import { RequestsService } from './requests.service';

@Module({})
export class DeletionModule {
  static with(parts: { readonly requests: RequestsService }): DynamicModule {
    return { module: DeletionModule, controllers: [DeletionController], providers: [{ provide: RequestsService, useValue: parts.requests }], exports: [RequestsService] };
  }
}
