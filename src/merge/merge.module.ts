import { Module, type DynamicModule } from '@nestjs/common';
import { HookDoor } from './hook-door';
import { HooksController } from './hooks.controller';

@Module({})
export class MergeModule {
  static with(parts: { readonly hooks: HookDoor }): DynamicModule {
    return { module: MergeModule, controllers: [HooksController], providers: [{ provide: HookDoor, useValue: parts.hooks }] };
  }
}
