import { Module, type DynamicModule } from '@nestjs/common';
import { HomePagesController } from './home-pages.controller';
import { HousePagesController } from './house-pages.controller';
import { JobPagesController } from './job-pages.controller';
import { PageMaker } from './page-maker';
import { PlanPagesController } from './plan-pages.controller';
import { RequestPagesController } from './request-pages.controller';
import { SignInPagesController } from './sign-in-pages.controller';
import { UiParts, type UiOptions } from './ui-parts';

/** The pages. Needs IdentityModule (global) for the sign-in. */
@Module({})
export class UiModule {
  static with(options: UiOptions): DynamicModule {
    return {
      module: UiModule,
      controllers: [SignInPagesController, HomePagesController, PlanPagesController, JobPagesController, RequestPagesController, HousePagesController],
      providers: [{ provide: UiParts, useValue: new UiParts(options) }, { provide: PageMaker, useValue: new PageMaker(options) }],
    };
  }
}
